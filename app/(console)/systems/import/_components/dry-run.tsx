import { commitImportAction, recheckImportAction } from "@/app/(console)/systems/import/actions";
import type { StatusKind } from "@/components/status/kind";
import { StatusBadge } from "@/components/status/status-badge";
import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { Banner } from "@/components/ui/banner";
import { Card } from "@/components/ui/card";
import { LinkButton } from "@/components/ui/link-button";
import { LinkTabs } from "@/components/ui/link-tabs";
import { NameText } from "@/components/ui/name-text";
import { DataTable } from "@/components/ui/table";
import { TextLink } from "@/components/ui/text-link";
import { countText, plural } from "@/lib/core/words";
import { type ImportOutcome, importOutcomes, outcomeWords } from "@/lib/imports/rules";
import type { ImportRowsPage, ImportRowView, ImportView } from "@/lib/imports/view";

const kindOf: Record<ImportOutcome, StatusKind> = { bad: "bad", create: "ok", change: "run", same: "none" };
const doneWord: Record<ImportOutcome, string> = { ...outcomeWords, create: "created", change: "changed" };

const Empty = ({ text }: { text: string }) =>
  text === "" ? <span className="text-ink-3">nothing</span> : <NameText text={text} length={60} />;

/** What a line would do, or what is wrong with it, column by column. */
function Detail({ row }: { row: ImportRowView }) {
  if (row.problems.length > 0)
    return (
      <ul className="grid gap-1">
        {row.problems.map(({ column, message }) => (
          <li key={`${column}.${message}`}>
            {column === "" ? null : <code className="mr-1.5 font-mono text-sm font-semibold">{column}</code>}
            <NameText text={message} />
          </li>
        ))}
      </ul>
    );
  if (row.changes.length === 0) return <span className="text-ink-3">–</span>;
  return (
    <ul className="grid gap-1">
      {row.changes.map(({ field, from, to }) => (
        <li key={field}>
          <code className="mr-1.5 font-mono text-sm">{field}</code>
          <span className="text-ink-3">
            <Empty text={from} />
          </span>{" "}
          → <Empty text={to} />
        </li>
      ))}
    </ul>
  );
}

const tabHref = (id: string, outcome?: string) => `/systems/import?id=${id}${outcome ? `&outcome=${outcome}` : ""}`;

function Lines({ found, page, outcome }: { found: ImportView; page: ImportRowsPage; outcome: string | undefined }) {
  const words = found.committedAt === null ? outcomeWords : doneWord;
  const tabs = [
    { href: tabHref(found.id), label: `All ${countText(found.rows)}`, current: outcome === undefined },
    ...importOutcomes.map((one) => ({
      href: tabHref(found.id, one),
      label: `${countText(found.counts[one])} ${words[one]}`,
      current: outcome === one,
    })),
  ];
  return (
    <Card>
      <LinkTabs label="Lines by what they would do" tabs={tabs} />
      <DataTable
        caption="Lines of the table"
        rows={page.rows}
        rowKey={({ line }) => String(line)}
        empty={<p className="text-ink-3">No line is of this kind.</p>}
        columns={[
          { key: "line", header: "Line", align: "end", className: "md:w-16", cell: ({ line }) => countText(line) },
          {
            key: "system",
            header: "System",
            rowHeader: true,
            cell: ({ slug, name, systemId }) => (
              <span className="grid">
                {systemId === null ? (
                  <NameText text={slug || "no slug"} length={50} className="font-semibold" />
                ) : (
                  <TextLink href={`/systems/${systemId}`} className="font-semibold text-ink">
                    <NameText text={slug} length={50} />
                  </TextLink>
                )}
                {name === "" ? null : <NameText text={name} length={50} className="text-ink-3" />}
              </span>
            ),
          },
          {
            key: "outcome",
            header: "What happens",
            nowrap: true,
            cell: ({ outcome: one }) => <StatusBadge kind={kindOf[one]}>{words[one]}</StatusBadge>,
          },
          { key: "detail", header: "Why, or what changes", cell: (row) => <Detail row={row} /> },
        ]}
      />
    </Card>
  );
}

const effect = ({ counts }: ImportView) =>
  [
    counts.create > 0 ? `create ${plural(counts.create, "system")}` : null,
    counts.change > 0 ? `change ${plural(counts.change, "system")}` : null,
  ]
    .filter((part) => part !== null)
    .join(" and ");

function NextStep({ found }: { found: ImportView }) {
  if (found.committedAt !== null)
    return (
      <Banner
        kind="ok"
        title="The table was brought in."
        action={<LinkButton href="/systems">To the systems</LinkButton>}
      >
        {plural(found.counts.create, "system")} created, {countText(found.counts.change)} changed,{" "}
        {countText(found.counts.same)} left as they were. Their health is judged within a minute.
      </Banner>
    );
  if (found.counts.bad > 0)
    return (
      <Banner
        kind="bad"
        title={`${plural(found.counts.bad, "line has", "lines have")} something to mend.`}
        action={<LinkButton href="/systems/import">Choose the file again</LinkButton>}
      >
        A table is brought in whole or not at all. Nothing has been changed.
      </Banner>
    );
  const does = effect(found);
  if (does === "")
    return (
      <Banner
        kind="none"
        title="This table would change nothing."
        action={<LinkButton href="/systems">To the systems</LinkButton>}
      >
        Every line says what the estate holds already.
      </Banner>
    );
  return (
    <Card padded>
      <p className="mb-3">
        Nothing has been changed yet. All lines are brought in at once, and the audit log names who did it.
      </p>
      <ActionForm action={commitImportAction}>
        <input type="hidden" name="importId" value={found.id} />
        <div className="flex flex-wrap gap-2">
          <SubmitButton>{does.charAt(0).toUpperCase() + does.slice(1)}</SubmitButton>
          <LinkButton href="/systems/import" variant="quiet">
            Leave it
          </LinkButton>
        </div>
      </ActionForm>
      <ActionForm action={recheckImportAction} className="mt-3 grid gap-2">
        <input type="hidden" name="importId" value={found.id} />
        <div>
          <SubmitButton variant="quiet" size="small">
            Compare with the estate again
          </SubmitButton>
        </div>
      </ActionForm>
    </Card>
  );
}

/** What a table would do, line by line, before or after it was done. */
export function DryRun({
  found,
  page,
  outcome,
}: {
  found: ImportView;
  page: ImportRowsPage;
  outcome: string | undefined;
}) {
  return (
    <>
      <NextStep found={found} />
      <Lines found={found} page={page} outcome={outcome} />
    </>
  );
}
