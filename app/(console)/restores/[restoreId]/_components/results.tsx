import { StatusBadge } from "@/components/status/status-badge";
import { Card } from "@/components/ui/card";
import { DataTable } from "@/components/ui/table";
import type { RestoreView } from "@/lib/restores/view";

const outcomes = {
  passed: { kind: "ok", text: "holds" },
  failed: { kind: "bad", text: "does not hold" },
  error: { kind: "bad", text: "could not be asked" },
} as const;

/** What the restored database answered to each assertion. */
export function Results({ restore }: { restore: RestoreView }) {
  const held = restore.results.filter(({ outcome }) => outcome === "passed").length;
  const place = restore.targets[0]?.endpoint;
  return (
    <Card
      title={`${held} of ${restore.results.length} assertions hold`}
      more={
        place?.host ? (
          <span className="font-mono text-sm">
            {place.databaseName} at {place.host}:{place.port}
          </span>
        ) : null
      }
    >
      <DataTable
        caption="Assertions and their answers"
        rows={restore.results}
        rowKey={(row) => row.id}
        columns={[
          {
            key: "name",
            header: "Assertion",
            cell: (row) => (
              <>
                <span className="font-medium">{row.name}</span>
                <div className="font-mono text-xs text-ink-3 wrap-anywhere">{row.sql}</div>
              </>
            ),
          },
          {
            key: "outcome",
            header: "Outcome",
            nowrap: true,
            cell: (row) => <StatusBadge kind={outcomes[row.outcome].kind}>{outcomes[row.outcome].text}</StatusBadge>,
          },
          { key: "actual", header: "Answered", align: "end", cell: (row) => row.actual ?? row.message ?? "nothing" },
          { key: "expected", header: "Expected", align: "end", cell: (row) => `${row.comparator} ${row.expected}` },
          { key: "took", header: "Took", align: "end", wideOnly: true, cell: (row) => `${row.durationMs} ms` },
        ]}
      />
    </Card>
  );
}
