import { StatusBadge } from "@/components/status/status-badge";
import { Moment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { DataTable } from "@/components/ui/table";
import { TextLink } from "@/components/ui/text-link";
import { bytesText, durationText, visible } from "@/lib/core/words";
import { stateWords } from "@/lib/jobs/rules";
import type { JobRow } from "@/lib/jobs/view";
import { jobLook } from "./job-look";

type Props = { rows: readonly JobRow[]; now: string };

function tookText({ startedAt, createdAt, finishedAt }: JobRow, now: string): string {
  const from = Date.parse(startedAt ?? createdAt);
  return durationText(Math.max(0, (Date.parse(finishedAt ?? now) - from) / 1_000));
}

function Subject({ row }: { row: JobRow }) {
  if (!row.resource) return <NameText text={row.resourceRef || "not told"} length={60} className="text-ink-3" />;
  return (
    <>
      <TextLink href={`/jobs?resource=${row.resource.id}`} className="font-medium">
        <NameText text={row.resource.name} length={60} />
      </TextLink>
      <div className="text-ink-3">
        {row.kind} of {row.resource.kind}
        {row.system ? (
          <>
            {" · "}
            <TextLink href={`/systems/${row.system.id}`}>
              <NameText text={row.system.name} length={40} />
            </TextLink>
          </>
        ) : null}
      </div>
    </>
  );
}

/** The state, and below it what the provider says about it. */
function Standing({ row: { id, state, percent, rawStatus, message } }: { row: JobRow }) {
  return (
    <div>
      <span title={`The provider says ${visible(rawStatus)}.`}>
        <StatusBadge kind={jobLook[state]}>
          <TextLink href={`/jobs/${id}`}>
            {stateWords[state]}
            {state === "running" && percent !== null ? ` · ${percent} %` : ""}
          </TextLink>
        </StatusBadge>
      </span>
      {message ? (
        <div className="max-w-[64ch] text-sm text-ink-3 wrap-anywhere">
          <NameText text={message} length={240} />
        </div>
      ) : null}
    </div>
  );
}

export function JobsTable({ rows, now }: Props) {
  return (
    <DataTable
      caption="Jobs, newest first"
      rows={rows}
      rowKey={({ id }) => id}
      columns={[
        { key: "subject", header: "Resource", cell: (row) => <Subject row={row} /> },
        { key: "state", header: "State", cell: (row) => <Standing row={row} /> },
        {
          key: "begun",
          header: "Begun",
          nowrap: true,
          cell: ({ createdAt }) => <Moment at={createdAt} local={false} />,
        },
        { key: "took", header: "Took", align: "end", cell: (row) => tookText(row, now) },
        {
          key: "size",
          header: "Size",
          align: "end",
          cell: ({ sizeBytes }) => (sizeBytes ? bytesText(sizeBytes) : "–"),
        },
        {
          key: "where",
          header: "Where",
          wideOnly: true,
          nowrap: true,
          cell: ({ connection, region }) => (
            <>
              <NameText text={connection.name} length={30} />
              <div className="text-ink-3">{region}</div>
            </>
          ),
        },
      ]}
    />
  );
}
