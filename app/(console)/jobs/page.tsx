import type { Metadata } from "next";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { FilterBar } from "@/components/ui/filter-bar";
import { PageHeader } from "@/components/ui/page-header";
import { Pager } from "@/components/ui/pager";
import { show } from "@/lib/access/show";
import { plural } from "@/lib/core/words";
import { listJobs } from "@/lib/jobs/data";
import { jobKinds, jobStates, stateWords } from "@/lib/jobs/rules";
import { JobsTable } from "./_components/jobs-table";

export const metadata: Metadata = { title: "Jobs" };

const filters = [
  { name: "kind", label: "Kind", choices: jobKinds.map((kind) => ({ value: kind, label: kind })) },
  {
    name: "state",
    label: "State",
    choices: [
      { value: "open", label: "under way" },
      { value: "troubled", label: "in trouble" },
      ...jobStates.map((state) => ({ value: state, label: stateWords[state] })),
    ],
  },
];

const onlyText = (asked: Record<string, string | string[] | undefined>) =>
  Object.fromEntries(Object.entries(asked).filter((entry): entry is [string, string] => typeof entry[1] === "string"));

/** What the providers did and are doing; kept beyond the 30 days that AWS remembers. */
export default async function JobsPage({ searchParams }: PageProps<"/jobs">) {
  const { after: _after, before: _before, ...kept } = onlyText(await searchParams);
  const asked = await searchParams;
  const { rows, before, after, open, troubledToday, now } = await show((actor) => listJobs(actor, asked));
  const at = (name: "before" | "after", place: string | null) =>
    place === null ? null : `/jobs?${new URLSearchParams({ ...kept, [name]: place })}`;
  const isFiltered = Object.keys(kept).length > 0;
  return (
    <div className="grid gap-6">
      <PageHeader
        kind={troubledToday > 0 ? "warn" : "ok"}
        title={`${plural(open, "job")} under way, ${troubledToday} in trouble since yesterday.`}
        sub="Backups, copies and restores as their provider tells of them, kept for longer than it remembers."
      />
      <FilterBar filters={filters} placeholder="Resource, message or job id…" />
      <Card>
        {rows.length === 0 ? (
          <EmptyState title={isFiltered ? "No job fits" : "No job was seen yet"}>
            {isFiltered ? "Change the filter to see others." : "Jobs appear with the first reading of a connection."}
          </EmptyState>
        ) : (
          <JobsTable rows={rows} now={now} />
        )}
      </Card>
      <Pager previousHref={at("before", before)} nextHref={at("after", after)}>
        {plural(rows.length, "job")} here
      </Pager>
    </div>
  );
}
