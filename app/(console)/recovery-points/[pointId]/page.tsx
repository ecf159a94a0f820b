import type { Metadata } from "next";
import { ProofLadder } from "@/components/status/proof-badge";
import { StatusBadge } from "@/components/status/status-badge";
import { Banner } from "@/components/ui/banner";
import { Card, CardRow } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { type Fact, Facts } from "@/components/ui/facts";
import { LinkButton } from "@/components/ui/link-button";
import { Moment, RelativeMoment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { PageHeader } from "@/components/ui/page-header";
import { DataTable } from "@/components/ui/table";
import { TextLink } from "@/components/ui/text-link";
import { may } from "@/lib/access/permissions";
import { show } from "@/lib/access/show";
import { bytesText, durationText, visible } from "@/lib/core/words";
import { getPoint } from "@/lib/recovery-points/data";
import type { PointDetail } from "@/lib/recovery-points/view";
import { pointKind, pointWord } from "../_components/point-look";

export const metadata: Metadata = { title: "Recovery point" };

const moment = (at: string | null, missing = "not told") =>
  at === null ? missing : <Moment at={at} precision="second" />;

/** The highest rung that holds: what was passed and not refuted later by as strong a check. */
function reached(verifications: PointDetail["verifications"]) {
  const order = ["checksummed", "readable", "restored", "validated", "drilled"] as const;
  const holds = verifications.filter(
    (one) =>
      one.passed &&
      !verifications.some(
        (other) => !other.passed && other.at > one.at && order.indexOf(other.level) <= order.indexOf(one.level),
      ),
  );
  return order.findLast((level) => holds.some((one) => one.level === level)) ?? null;
}

function lockText(point: PointDetail) {
  if (point.vaultKind === "air_gapped") return "Its vault is air-gapped.";
  if (point.lockMode === "none") return "Its vault has no lock.";
  if (point.lockMode === "governance")
    return "Its vault is locked in governance mode: whoever has the right can lift it.";
  if (point.lockFinalAt !== null && point.lockFinalAt > point.now)
    return "Its vault's lock can still be taken back until it is final.";
  if (point.lockedUntil === null) return "Its vault is locked for good.";
  return point.lockedUntil.startsWith("9999") ? "Locked for good: nobody can delete it." : null;
}

function factsOf(point: PointDetail): Fact[] {
  const locked = lockText(point);
  return [
    {
      term: "Resource",
      detail: (
        <TextLink href={`/recovery-points?resource=${point.resourceId}`}>
          <NameText text={point.resource} />
        </TextLink>
      ),
    },
    {
      term: "System",
      detail:
        point.system === null ? (
          "none"
        ) : (
          <TextLink href={`/systems/${point.system.id}`}>
            <NameText text={point.system.name} />
          </TextLink>
        ),
    },
    {
      term: "Vault",
      detail: (
        <>
          <TextLink href={`/vaults/${point.vaultId}`}>
            <NameText text={point.vault} />
          </TextLink>{" "}
          in {point.region}, account {point.account}
        </>
      ),
    },
    {
      term: "Size",
      detail: point.sizeBytes === null ? "not told" : `${bytesText(point.sizeBytes)}, ${point.storageClass}`,
    },
    {
      term: "Encrypted",
      detail:
        point.encrypted === null ? (
          "not told"
        ) : point.encrypted ? (
          <>
            yes, with <NameText text={point.keyRef ?? "a key of the provider"} />
          </>
        ) : (
          "no"
        ),
    },
    { term: "Malware", detail: point.malware.replaceAll("_", " ") },
    {
      term: "Lock",
      detail: locked ?? <>Nobody can delete it before {moment(point.lockedUntil)}.</>,
    },
    ...(point.holds.length > 0
      ? [{ term: "Legal hold", detail: point.holds.map(({ title }) => title).join(", ") }]
      : []),
    { term: "Expires", detail: moment(point.expiresAt, "never") },
    ...(point.coldAt === null ? [] : [{ term: "Cold from", detail: moment(point.coldAt) }]),
    {
      term: "Provider's status",
      detail: (
        <>
          {visible(point.rawStatus)}
          {point.statusMessage === null ? (
            ""
          ) : (
            <>
              : <NameText text={point.statusMessage} />
            </>
          )}
        </>
      ),
    },
    { term: "Identifier", detail: <NameText text={point.providerRef} className="font-mono text-sm" /> },
    { term: "Last seen", detail: <RelativeMoment at={point.observedAt} now={point.now} /> },
  ];
}

/** Which moments it brings back, in a sentence. */
function WhenLine({ point }: { point: PointDetail }) {
  const { window, dataAsOf, now } = point;
  if (window !== null)
    return (
      <>
        It can be restored to any moment up to <Moment at={window.latestAt} precision="second" />
        {window.alive ? ", and goes on." : ", where it ended."}
      </>
    );
  if (dataAsOf === null) return "Nobody knows which moment its data is of.";
  return (
    <>
      Its data is of <Moment at={dataAsOf} precision="second" />, <RelativeMoment at={dataAsOf} now={now} />.
    </>
  );
}

/** One recovery point: what it holds, from when, how well it is proven, and what can be done with it. */
export default async function RecoveryPointPage({ params }: PageProps<"/recovery-points/[pointId]">) {
  const { pointId } = await params;
  const { point, mayRestore } = await show(async (actor) => {
    const point = await getPoint(actor, { pointId });
    return point && { point, mayRestore: may(actor, "restore:request") };
  });
  const restorable = point.usable || (point.kind === "continuous" && point.window !== null);
  return (
    <>
      <PageHeader
        kind={pointKind(point)}
        crumbs={[{ label: "Recovery points", href: "/recovery-points" }, { label: point.resource }]}
        title={
          <>
            {point.isCopy ? "Copy" : point.kind === "continuous" ? "Continuous backup" : "Recovery point"} of{" "}
            <NameText text={point.resource} length={60} />
          </>
        }
        sub={<WhenLine point={point} />}
        actions={
          mayRestore && restorable ? (
            <LinkButton href={`/restores/new?point=${point.id}`} variant="primary">
              Restore from this point
            </LinkButton>
          ) : null
        }
      />
      {point.why === null || point.kind === "continuous" ? null : (
        <Banner kind={pointKind(point)} title="It does not count.">
          {point.why}
        </Banner>
      )}
      <div className="grid items-start gap-6 xl:grid-cols-2">
        <div className="grid gap-6">
          <Card title="Three moments" padded>
            <Facts
              facts={[
                { term: "Begun", detail: moment(point.startedAt) },
                {
                  term: "Data of",
                  detail: (
                    <>
                      {moment(point.dataAsOf)} <span className="text-ink-3">({point.asOfQuality})</span>
                    </>
                  ),
                },
                { term: "Restorable from", detail: moment(point.completedAt, "not yet") },
                ...(point.window === null
                  ? []
                  : [
                      {
                        term: "Any moment",
                        detail: (
                          <>
                            from {moment(point.window.fromAt)} to {moment(point.window.latestAt)}
                            {point.window.alive ? `, ${durationText(point.window.lagSeconds)} behind` : ", ended"}
                          </>
                        ),
                      },
                    ]),
              ]}
            />
          </Card>
          <Card title="Proof" more={<StatusBadge kind={pointKind(point)}>{pointWord(point)}</StatusBadge>} padded>
            <ProofLadder level={reached(point.verifications)} />
            {point.verifications.length === 0 ? (
              <p className="mt-3 text-ink-3">Nobody has checked it yet. A restore into an isolated place proves it.</p>
            ) : null}
            <ul className="mt-3 grid gap-1">
              {point.verifications.map((one) => (
                <li key={one.id} className="flex flex-wrap items-baseline gap-x-2">
                  <StatusBadge kind={one.passed ? "ok" : "bad"}>
                    {one.level} {one.passed ? "passed" : "failed"}
                  </StatusBadge>
                  <Moment at={one.at} className="text-ink-3" />
                  {one.restoreId === null ? null : <TextLink href={`/restores/${one.restoreId}`}>the restore</TextLink>}
                </li>
              ))}
            </ul>
          </Card>
          <Card title="The same data elsewhere">
            <DataTable
              caption="Copies of this data"
              rows={point.copies}
              rowKey={({ id }) => id}
              empty={<p className="text-ink-3">No other copy of this very data was seen.</p>}
              columns={[
                {
                  key: "vault",
                  header: "Vault",
                  cell: (copy) => (
                    <TextLink href={`/recovery-points/${copy.id}`}>
                      <NameText text={copy.vault} length={40} />
                    </TextLink>
                  ),
                },
                {
                  key: "where",
                  header: "Where",
                  cell: (copy) => `${copy.region}${copy.account === point.account ? "" : `, account ${copy.account}`}`,
                },
                {
                  key: "state",
                  header: "State",
                  cell: (copy) => (
                    <StatusBadge kind={pointKind(copy)}>
                      {copy.original ? "the original" : copy.usable ? "usable" : copy.status}
                    </StatusBadge>
                  ),
                },
                {
                  key: "until",
                  header: "Expires",
                  cell: (copy) => (copy.expiresAt === null ? "never" : <Moment at={copy.expiresAt} local={false} />),
                },
              ]}
            />
          </Card>
        </div>
        <div className="grid gap-6">
          <Card title="What it is" padded>
            <Facts facts={factsOf(point)} />
          </Card>
          <Card title="Restored from it">
            {point.restores.length === 0 ? <p className="px-4 py-3 text-ink-3">Nothing yet.</p> : null}
            {point.restores.map((restore) => (
              <CardRow key={restore.id}>
                <span className="flex flex-wrap items-baseline gap-x-2">
                  <TextLink href={`/restores/${restore.id}`} className="font-medium">
                    {restore.handle}
                  </TextLink>
                  <span className="text-ink-2">{restore.state}</span>
                  <Moment at={restore.createdAt} className="text-ink-3" />
                </span>
              </CardRow>
            ))}
          </Card>
          <Card title="The same by the cloud's own tool" padded>
            <CodeBlock code={point.command} label="Equivalent command" wrap />
          </Card>
        </div>
      </div>
    </>
  );
}
