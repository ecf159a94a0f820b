import type { Metadata } from "next";
import { Banner } from "@/components/ui/banner";
import { Card } from "@/components/ui/card";
import { NameText } from "@/components/ui/name-text";
import { PageHeader } from "@/components/ui/page-header";
import { Pager } from "@/components/ui/pager";
import { DataTable } from "@/components/ui/table";
import { may } from "@/lib/access/permissions";
import { show } from "@/lib/access/show";
import { countText, plural } from "@/lib/core/words";
import { getImport, listImportRows } from "@/lib/imports/data";
import { columns, mostExported, mostRows } from "@/lib/imports/rules";
import { importRef, importRowsQuery } from "@/lib/imports/schema";
import { onlyText } from "../_components/asked";
import { ExportLink } from "../_components/export-link";
import { DryRun } from "./_components/dry-run";
import { TablePicker } from "./_components/table-picker";

export const metadata: Metadata = { title: "Bring in systems" };

const crumbs = [{ label: "Systems", href: "/systems" }, { label: "Bring in a table" }];

function ColumnsCard() {
  return (
    <Card title="Columns" more="The first line of the file names them, in any order; slug alone has to be there">
      <DataTable
        caption="Columns of a table of systems"
        rows={columns}
        rowKey={({ name }) => name}
        columns={[
          { key: "name", header: "Column", cell: ({ name }) => <code className="font-mono text-sm">{name}</code> },
          { key: "holds", header: "Holds", cell: ({ holds }) => holds },
          {
            key: "reads",
            header: "Brought in",
            nowrap: true,
            cell: ({ reads }) => (reads ? "yes" : "no, told on export alone"),
          },
        ]}
      />
    </Card>
  );
}

function Choose({ gone }: { gone: boolean }) {
  return (
    <>
      <PageHeader
        crumbs={crumbs}
        title="Bring in a table of systems"
        sub={`One line for each system, at most ${countText(mostRows)} lines. You see what every line would do before anything is done.`}
        actions={<ExportLink />}
      />
      {gone ? (
        <Banner kind="warn">
          This table is no longer there: it was replaced by another, or is a day old. Choose the file again.
        </Banner>
      ) : null}
      <Card padded>
        <TablePicker />
        <ul className="mt-4 grid list-disc gap-1 pl-5 text-ink-2">
          <li>
            A slug that is new adds a system; one that exists changes it. A column that is missing, or an empty cell,
            leaves a system as it is; an empty description or owner_team takes it away.
          </li>
          <li>
            What lowers protection is refused: a worse tier, leaving production, parking and retiring are done on the
            system’s own page.
          </li>
          <li>
            What you take out, at most {countText(mostExported)} systems, can be changed in a spreadsheet and brought in
            again. Save it as CSV in UTF-8.
          </li>
        </ul>
      </Card>
      <ColumnsCard />
    </>
  );
}

/** Bringing in a table of systems: choose a file, see what it would do, do it. */
export default async function ImportPage({ searchParams }: PageProps<"/systems/import">) {
  const asked = onlyText(await searchParams);
  const ref = importRef.safeParse({ importId: asked.id });
  const query = importRowsQuery.safeParse({ ...asked, importId: asked.id });
  const { found, page } = await show(async (actor) => {
    if (!may(actor, "estate:edit")) return null;
    if (!ref.success || !query.success) return { found: null, page: null };
    const [found, page] = await Promise.all([getImport(actor, ref.data), listImportRows(actor, query.data)]);
    return { found, page };
  });
  if (!found?.checkedAt || !page) return <Choose gone={"id" in asked} />;
  const outcome = query.data?.outcome;
  const next =
    page.after === null ? null : `/systems/import?${new URLSearchParams({ ...asked, after: String(page.after) })}`;
  return (
    <>
      <PageHeader
        crumbs={[
          { label: "Systems", href: "/systems" },
          { label: "Bring in a table", href: "/systems/import" },
          { label: found.fileName || "Table" },
        ]}
        title={
          <>
            <NameText text={found.fileName || "The table"} length={60} /> has {plural(found.rows, "line")}.
          </>
        }
        sub={`${countText(found.counts.create)} to be created, ${countText(found.counts.change)} to be changed, ${countText(found.counts.same)} unchanged, ${countText(found.counts.bad)} to be mended. It waits here for a day, for you alone.`}
      />
      <DryRun found={found} page={page} outcome={outcome} />
      <Pager
        previousHref={
          asked.after
            ? `/systems/import?${new URLSearchParams({ id: found.id, ...(outcome ? { outcome } : {}) })}`
            : null
        }
        nextHref={next}
      >
        {plural(page.rows.length, "line")} here
      </Pager>
    </>
  );
}
