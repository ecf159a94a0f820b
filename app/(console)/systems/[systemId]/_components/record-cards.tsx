import { Fragment } from "react";
import { SizeBand } from "@/components/charts/size-band";
import { StatusBadge } from "@/components/status/status-badge";
import { Card } from "@/components/ui/card";
import { Moment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { DataTable } from "@/components/ui/table";
import { TextLink } from "@/components/ui/text-link";
import { durationText, plural, visible } from "@/lib/core/words";
import { trifles } from "@/lib/health/unusual";
import type { CoverageRow, SizeSeries, SystemHistory, TimelineWork } from "@/lib/systems/view";
import { workKind } from "./timeline-card";

/** The size and the duration of each backup, and what strays from the usual. */
export function SizesCard({ sizes }: { sizes: readonly SizeSeries[] }) {
  if (sizes.length === 0) return null;
  const of = (resource: string) => (sizes.length > 1 ? ` of ${visible(resource)}` : "");
  return (
    <Card title="Sizes and durations" id="sizes" padded>
      <div className="grid gap-8">
        {sizes.map((one) => (
          <Fragment key={one.resourceId}>
            <SizeBand
              title={`Size of each backup${of(one.resource)}`}
              samples={one.sizes}
              unit="bytes"
              trifle={trifles.size}
            />
            <SizeBand
              title={`Duration of each backup${of(one.resource)}`}
              samples={one.durations}
              unit="seconds"
              trifle={trifles.duration}
            />
          </Fragment>
        ))}
      </div>
    </Card>
  );
}

/** Which policies promise runs, rule by rule. */
export function CoverageCard({ rows, resources }: { rows: readonly CoverageRow[]; resources: number }) {
  const covered = new Set(rows.flatMap((row) => row.resources)).size;
  return (
    <Card title="Covered by" more={resources === 0 ? null : `${covered} of ${plural(resources, "resource")}`}>
      <DataTable
        caption="Policies that cover this system"
        rows={rows}
        rowKey={({ id }) => id}
        empty={<p className="text-ink-3">No policy covers it: nothing promises that a backup will be made.</p>}
        columns={[
          {
            key: "policy",
            header: "Policy",
            cell: (row) => (
              <>
                <NameText text={row.policy} length={40} className="font-medium" />
                <div className="text-ink-3">
                  <NameText text={row.rule} length={40} />
                </div>
              </>
            ),
          },
          {
            key: "schedule",
            nowrap: true,
            header: "Runs",
            cell: (row) => (
              <span>
                {row.continuous ? "continuously, and " : ""}
                <code className="font-mono text-sm">{row.schedule}</code>{" "}
                <span className="text-ink-3">{row.timeZone}</span>
              </span>
            ),
          },
          {
            key: "keeps",
            header: "Keeps",
            cell: (row) =>
              `${row.keepDays === null ? "for good" : plural(row.keepDays, "day")} in ${row.vault}${row.copies > 0 ? `, ${plural(row.copies, "copy", "copies")}` : ""}`,
          },
          {
            key: "next",
            nowrap: true,
            header: "Next run",
            cell: (row) => (row.nextDueAt === null ? "–" : <Moment at={row.nextDueAt} local={false} />),
          },
        ]}
      />
    </Card>
  );
}

const tookSeconds = ({ at, until }: TimelineWork) =>
  until === null ? null : (Date.parse(until) - Date.parse(at)) / 1_000;

/** The last jobs the providers did for it. */
export function JobsCard({ work }: { work: readonly TimelineWork[] }) {
  return (
    <div id="jobs" className="scroll-mt-20">
      <Card title="Recent jobs">
        <DataTable
          caption="Recent jobs"
          rows={work.slice(0, 10)}
          rowKey={({ id }) => id}
          empty={<p className="text-ink-3">None in this time.</p>}
          columns={[
            {
              key: "kind",
              header: "Job",
              cell: (job) => (
                <>
                  <TextLink href={`/jobs/${job.id}`} className="font-medium">
                    {job.kind}
                  </TextLink>{" "}
                  <NameText text={job.resource} length={40} className="text-ink-3" />
                </>
              ),
            },
            {
              key: "state",
              header: "State",
              nowrap: true,
              cell: (job) => <StatusBadge kind={workKind(job.state)}>{job.state.replaceAll("_", " ")}</StatusBadge>,
            },
            {
              key: "message",
              header: "Said",
              wideOnly: true,
              cell: (job) =>
                job.message === null ? (
                  ""
                ) : (
                  <span className="line-clamp-2 text-ink-2">
                    <NameText text={job.message} />
                  </span>
                ),
            },
            { key: "at", header: "Begun", nowrap: true, cell: (job) => <Moment at={job.at} local={false} /> },
            {
              key: "took",
              header: "Took",
              align: "end",
              cell: (job) => {
                const seconds = tookSeconds(job);
                return seconds === null ? "–" : durationText(seconds);
              },
            },
          ]}
        />
      </Card>
    </div>
  );
}

/** The last restores of it. */
export function RestoresCard({ restores, systemId }: { restores: SystemHistory["restores"]; systemId: string }) {
  return (
    <Card title="Recent restores" more={<TextLink href={`/restores?systemId=${systemId}`}>All</TextLink>}>
      <DataTable
        caption="Recent restores"
        rows={restores.slice(0, 8)}
        rowKey={({ id }) => id}
        empty={<p className="text-ink-3">None in this time.</p>}
        columns={[
          {
            key: "handle",
            header: "Restore",
            cell: ({ id, handle }) => (
              <TextLink href={`/restores/${id}`} className="font-medium">
                {handle}
              </TextLink>
            ),
          },
          {
            key: "state",
            header: "State",
            cell: ({ state }) => <StatusBadge kind={workKind(state)}>{state}</StatusBadge>,
          },
          { key: "at", header: "Begun", nowrap: true, cell: ({ at }) => <Moment at={at} local={false} /> },
        ]}
      />
    </Card>
  );
}
