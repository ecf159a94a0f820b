import { StatusBadge } from "@/components/status/status-badge";
import { EmptyState } from "@/components/ui/empty-state";
import { DataTable } from "@/components/ui/table";
import type { ConnectionDetail } from "@/lib/connections/view";
import { visible } from "@/lib/core/words";

/** Each right that was tried, what came of it, and what to change. */
export function CheckTable({ checks }: Pick<ConnectionDetail, "checks">) {
  return (
    <DataTable
      caption="Self-check"
      rows={checks}
      rowKey={({ id }) => id}
      empty={
        <EmptyState title="Not checked yet">
          The first full reading ends with a check of what the roles may do, and what they must not be able to do.
        </EmptyState>
      }
      columns={[
        {
          key: "title",
          header: "Right",
          cell: ({ title, verdict }) => (
            <StatusBadge kind={verdict} strong={verdict !== "ok"}>
              {visible(title)}
            </StatusBadge>
          ),
        },
        {
          key: "detail",
          header: "What was found",
          cell: ({ detail }) => <span className="wrap-anywhere">{visible(detail)}</span>,
        },
        { key: "remedy", header: "What to do", cell: ({ remedy }) => remedy ?? "–" },
      ]}
    />
  );
}
