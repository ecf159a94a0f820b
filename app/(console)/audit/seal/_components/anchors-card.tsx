import { StatusBadge } from "@/components/status/status-badge";
import { Card } from "@/components/ui/card";
import { RelativeMoment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { DataTable, TableFrame } from "@/components/ui/table";
import { plural } from "@/lib/core/words";
import { anchorLook } from "../../_components/look";
import type { SealingView } from "../../_components/views";

const kindWords: Record<string, string> = {
  file: "file",
  syslog: "syslog",
  s3: "S3, locked",
  webhook: "webhook",
};

/** Where heads are put out of our own reach, and how each place fares. */
export function AnchorsCard({ sealing }: { sealing: SealingView }) {
  const look = anchorLook(sealing);
  return (
    <Card title="Anchors outside" more={<StatusBadge kind={look.kind}>{look.text}</StatusBadge>}>
      {sealing.anchors.length === 0 ? (
        <p className="p-4 text-ink-2">
          Whoever holds the database and the signing key could write this log anew, and nothing outside would contradict
          them. Name a place in another account or on another machine with HOLDFAST_AUDIT_ANCHORS.
        </p>
      ) : (
        <TableFrame>
          <DataTable
            caption="Anchors"
            rows={sealing.anchors}
            rowKey={({ kind, target }) => `${kind} ${target}`}
            columns={[
              { key: "kind", header: "Kind", nowrap: true, cell: ({ kind }) => kindWords[kind] ?? kind },
              { key: "target", header: "Where", cell: ({ target }) => <NameText text={target} length={90} /> },
              {
                key: "last",
                header: "Last head",
                nowrap: true,
                cell: ({ anchoredAt, anchoredSize }) =>
                  anchoredAt === null ? (
                    "none yet"
                  ) : (
                    <>
                      {plural(anchoredSize ?? 0, "event")}, <RelativeMoment at={anchoredAt} now={sealing.now} />
                    </>
                  ),
              },
              {
                key: "state",
                header: "State",
                cell: ({ failures, lastError }) =>
                  failures === 0 ? (
                    <StatusBadge kind="ok">well</StatusBadge>
                  ) : (
                    <StatusBadge kind="bad">
                      {plural(failures, "failure")} in a row: {lastError}
                    </StatusBadge>
                  ),
              },
            ]}
          />
        </TableFrame>
      )}
    </Card>
  );
}
