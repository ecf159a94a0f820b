"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { StatusBadge } from "@/components/status/status-badge";
import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { Banner } from "@/components/ui/banner";
import { Card } from "@/components/ui/card";
import { RelativeMoment } from "@/components/ui/moment";
import { Progress } from "@/components/ui/progress";
import { DataTable } from "@/components/ui/table";
import { connectionQuery } from "@/lib/connections/queries";
import type { ConnectionProgress, RegionView, RunView } from "@/lib/connections/view";
import { countText, durationText } from "@/lib/core/words";
import { requestSyncAction } from "../actions";
import { regionLook, runLook, standingOf, stepText } from "./standing";

type Props = { connectionId: string; maySync: boolean };

/** How a connection is read: what is under way, how each region stands, and the last readings. */
export function SyncPanel({ connectionId, maySync }: Props) {
  const query = connectionQuery(connectionId);
  const { data, failureCount } = useQuery(query);
  const queryClient = useQueryClient();
  if (!data) return null;
  const live = data.runs.find(({ state }) => state === "running" || state === "queued");
  const { kind, text } = standingOf(data);
  return (
    <>
      {failureCount > 2 ? (
        <Banner kind="unknown" role="status" title="The page has lost touch with the server.">
          What it shows was right when it was last read.
        </Banner>
      ) : null}
      <Card
        title={data.regionsSentence}
        more={
          <StatusBadge kind={kind} strong>
            {text}
          </StatusBadge>
        }
        footer={
          maySync ? (
            <ActionForm
              action={requestSyncAction}
              onDone={() => void queryClient.invalidateQueries({ queryKey: query.queryKey })}
            >
              <input type="hidden" name="connectionId" value={connectionId} />
              <SubmitButton disabled={data.isBeingRead}>{data.isBeingRead ? "Being read…" : "Read now"}</SubmitButton>
            </ActionForm>
          ) : undefined
        }
      >
        {live ? <LiveRun run={live} regions={data.regions} /> : null}
        <RegionTable regions={data.regions} now={data.now} />
      </Card>
      <Card title="Last readings">
        <RunTable progress={data} />
      </Card>
    </>
  );
}

function LiveRun({ run, regions }: { run: RunView; regions: readonly RegionView[] }) {
  const total = regions.filter(({ state }) => state !== "disabled").length;
  const done = Object.keys(run.perRegion).length;
  return (
    <div role="status" className="grid gap-2 border-b px-4 py-3">
      <Progress label="Reading" share={run.state === "queued" || total === 0 ? null : done / total} />
      {run.state === "queued" ? (
        <p className="text-ink-2">Waiting for a worker.</p>
      ) : (
        <ul className="grid gap-0.5 text-ink-2">
          {run.now.map(({ region, step, detail, read }) => (
            <li key={region}>
              {region}: {stepText(step)}
              {detail ? ` in ${detail}` : ""}
              {read > 0 ? `, ${countText(read)} so far` : ""}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function RegionTable({ regions, now }: { regions: readonly RegionView[]; now: string }) {
  return (
    <DataTable
      caption="Regions"
      rows={regions}
      rowKey={({ region }) => region}
      columns={[
        { key: "region", header: "Region", nowrap: true, cell: ({ region }) => region },
        {
          key: "state",
          header: "State",
          nowrap: true,
          cell: ({ state }) => <StatusBadge kind={regionLook[state].kind}>{regionLook[state].text}</StatusBadge>,
        },
        {
          key: "success",
          header: "Read",
          nowrap: true,
          cell: ({ lastSuccessAt }) => (lastSuccessAt ? <RelativeMoment at={lastSuccessAt} now={now} /> : "never"),
        },
        {
          key: "error",
          header: "What went wrong",
          cell: ({ errorMessage }) => <span className="wrap-anywhere">{errorMessage ?? "–"}</span>,
        },
      ]}
    />
  );
}

const kindWords: Record<RunView["kind"], string> = {
  full: "everything",
  incremental: "what is new",
  restorable: "restorable times",
};

function countsText({ counts }: RunView): string {
  const points = counts.points;
  const changed = Object.values(counts).reduce((sum, { written, vanished }) => sum + written + vanished, 0);
  const read = Object.values(counts).reduce((sum, one) => sum + one.read, 0);
  if (read === 0) return "–";
  const gone = points && points.vanished > 0 ? `, ${countText(points.vanished)} recovery points gone` : "";
  return `${countText(read)} read, ${countText(changed)} changed${gone}`;
}

function tookText({ startedAt, finishedAt }: RunView): string {
  return startedAt && finishedAt ? durationText((Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000) : "–";
}

function RunTable({ progress: { runs, now } }: { progress: ConnectionProgress }) {
  return (
    <DataTable
      caption="Readings, newest first"
      rows={runs}
      rowKey={({ id }) => id}
      empty={<p className="text-ink-2">It has not been read yet.</p>}
      columns={[
        {
          key: "when",
          header: "When",
          nowrap: true,
          cell: ({ createdAt }) => <RelativeMoment at={createdAt} now={now} />,
        },
        { key: "kind", header: "What", nowrap: true, cell: ({ kind }) => kindWords[kind] },
        {
          key: "state",
          header: "State",
          nowrap: true,
          cell: ({ state }) => (
            <StatusBadge kind={runLook[state]?.kind ?? "unknown"}>{runLook[state]?.text ?? state}</StatusBadge>
          ),
        },
        { key: "counts", header: "Rows", cell: countsText },
        { key: "took", header: "Took", align: "end", cell: tookText },
      ]}
    />
  );
}
