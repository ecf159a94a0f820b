import type { Metadata } from "next";
import { onlyText, placeHref } from "@/app/(console)/systems/_components/asked";
import { StatusGlyph } from "@/components/status/glyph";
import { ProofBadge } from "@/components/status/proof-badge";
import { StatusBadge } from "@/components/status/status-badge";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { FilterBar } from "@/components/ui/filter-bar";
import { LinkButton } from "@/components/ui/link-button";
import { Moment, RelativeMoment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { PageHeader } from "@/components/ui/page-header";
import { Pager } from "@/components/ui/pager";
import { DataTable } from "@/components/ui/table";
import { TableKeys } from "@/components/ui/table-keys";
import { TextLink } from "@/components/ui/text-link";
import { show } from "@/lib/access/show";
import { bytesText, countText, plural } from "@/lib/core/words";
import { listPointFilters, listPoints } from "@/lib/recovery-points/data";
import { pointKinds, pointStatuses } from "@/lib/recovery-points/rules";
import type { PointRow } from "@/lib/recovery-points/view";
import { pointKind, pointWord } from "./_components/point-look";

export const metadata: Metadata = { title: "Recovery points" };

const word = (text: string) => ({ value: text, label: text });

function Kept({ point, now }: { point: PointRow; now: string }) {
  return (
    <span className="grid">
      <span>{point.expiresAt === null ? "for good" : <RelativeMoment at={point.expiresAt} now={now} />}</span>
      {point.held || (point.lockedUntil !== null && point.lockedUntil > now) ? (
        <span className="flex items-baseline gap-1.5 text-ink-3">
          <StatusGlyph kind="lock" label={null} /> {point.held ? "held" : "locked"}
        </span>
      ) : null}
    </span>
  );
}

function Proof({ point, now }: { point: PointRow; now: string }) {
  if (point.proof === null) return <ProofBadge level={null} />;
  const ageSeconds = (Date.parse(now) - Date.parse(point.proof.at)) / 1_000;
  return point.proof.passed ? (
    <ProofBadge level={point.proof.level} ageSeconds={ageSeconds} />
  ) : (
    <ProofBadge level={point.proof.level} kind="bad" note="verification failed" />
  );
}

/** Every recovery point that may be seen, newest data first. */
export default async function RecoveryPointsPage({ searchParams }: PageProps<"/recovery-points">) {
  const asked = onlyText(await searchParams);
  const { page, vaults, systems } = await show(async (actor) => {
    const [page, { vaults, systems }] = await Promise.all([listPoints(actor, asked), listPointFilters(actor, asked)]);
    return { page, vaults, systems };
  });
  const { now } = page;
  const total = page.beyondCount
    ? `more than ${countText(page.total)} recovery points`
    : plural(page.total, "recovery point");
  const names = ["q", "resource", "system", "vault", "status", "kind", "usable"];
  const filtered = names.some((name) => name in asked);
  const resource = asked.resource ? page.rows[0]?.resource : undefined;
  return (
    <>
      <PageHeader
        title={
          resource ? (
            <>
              Recovery points of <NameText text={resource} length={60} />
            </>
          ) : (
            "Recovery points"
          )
        }
        sub={`${total[0]?.toUpperCase()}${total.slice(1)}${filtered ? " fit this filter" : ""}. A point counts only while it is complete, unexpired, uninfected and not refuted by a verification.`}
        actions={asked.resource ? <LinkButton href="/recovery-points">All resources</LinkButton> : null}
      />
      <TableKeys className="grid gap-4">
        <FilterBar
          placeholder="Resource, system or identifier…"
          filters={[
            { name: "usable", label: "Counts", choices: [word("yes"), word("no")] },
            { name: "kind", label: "Kind", choices: pointKinds.map(word) },
            { name: "status", label: "Status", choices: pointStatuses.map(word) },
            {
              name: "vault",
              label: "Vault",
              choices: vaults.map(({ id, name, region }) => ({ value: id, label: `${name} (${region})` })),
            },
            ...(systems.length === 0
              ? []
              : [
                  {
                    name: "system",
                    label: "System",
                    choices: systems.map(({ id, name }) => ({ value: id, label: name })),
                  },
                ]),
          ]}
        />
        <Card>
          <DataTable
            caption="Recovery points, newest data first"
            rows={page.rows}
            rowKey={({ id }) => id}
            empty={
              <EmptyState
                title={filtered ? "No recovery point fits this filter" : "No recovery point has been seen yet"}
                action={filtered ? <LinkButton href="/recovery-points">Show all</LinkButton> : undefined}
              >
                {filtered ? null : "They appear as soon as a connection has been read."}
              </EmptyState>
            }
            columns={[
              {
                key: "at",
                header: "Data of",
                cell: (point) => (
                  <TextLink href={`/recovery-points/${point.id}`} className="font-medium">
                    {point.dataAsOf === null ? (
                      "moment not known"
                    ) : (
                      <Moment at={point.dataAsOf} precision="second" local={false} />
                    )}
                  </TextLink>
                ),
              },
              {
                key: "resource",
                header: "Resource",
                cell: (point) => (
                  <div>
                    <NameText text={point.resource} length={44} />
                    <div className="text-ink-3">
                      {point.resourceKind} ·{" "}
                      {point.system === null ? (
                        "no system"
                      ) : (
                        <TextLink href={`/systems/${point.system.id}`}>
                          <NameText text={point.system.name} length={36} />
                        </TextLink>
                      )}
                    </div>
                  </div>
                ),
              },
              {
                key: "state",
                header: "State",
                cell: (point) => (
                  <span title={point.why ?? undefined}>
                    <StatusBadge kind={pointKind(point)}>{pointWord(point)}</StatusBadge>
                  </span>
                ),
              },
              {
                key: "kind",
                header: "Kind",
                cell: (point) => (
                  <div>
                    {point.isCopy ? "copy" : point.kind}
                    <div className="text-ink-3">
                      <NameText text={point.vault} length={24} /> · {point.region}
                    </div>
                  </div>
                ),
              },
              { key: "proof", header: "Proof", cell: (point) => <Proof point={point} now={now} /> },
              { key: "kept", header: "Expires", cell: (point) => <Kept point={point} now={now} /> },
              {
                key: "size",
                header: "Size",
                align: "end",
                cell: ({ sizeBytes }) => (sizeBytes === null ? "–" : bytesText(sizeBytes)),
              },
            ]}
          />
        </Card>
      </TableKeys>
      <Pager
        previousHref={placeHref("/recovery-points", asked, "before", page.before)}
        nextHref={placeHref("/recovery-points", asked, "after", page.after)}
      >
        {countText(page.rows.length)} of {total}
      </Pager>
    </>
  );
}
