import type { StatusKind } from "@/components/status/kind";
import { StatusBadge } from "@/components/status/status-badge";
import { EmptyState } from "@/components/ui/empty-state";
import { Countdown, Moment, RelativeMoment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { type Column, DataTable } from "@/components/ui/table";
import type { DisplayStanding, DisplayView } from "@/lib/walls/rules";
import { DisplayEnds } from "./display-ends";

const standings: Record<DisplayStanding, [StatusKind, string]> = {
  showing: ["ok", "showing"],
  silent: ["unknown", "silent"],
  waiting: ["run", "waits for its code"],
  unpaired: ["none", "not paired"],
  expired: ["none", "expired"],
};

type Props = { displays: readonly DisplayView[]; now: string; edits: boolean };

/** The wall displays, one a row. */
export function DisplaysTable({ displays, now, edits }: Props) {
  const columns: Column<DisplayView>[] = [
    {
      key: "name",
      header: "Display",
      cell: ({ name, standing }) => (
        <span className="grid justify-items-start gap-1">
          <NameText text={name} length={80} className="font-medium" />
          <StatusBadge kind={standings[standing][0]}>{standings[standing][1]}</StatusBadge>
        </span>
      ),
    },
    { key: "scope", header: "Sees", cell: ({ scopeText }) => <NameText text={scopeText} length={80} /> },
    {
      key: "seen",
      header: "Last seen",
      cell: ({ lastSeenAt, codeUntil }) => (
        <span className="grid">
          {lastSeenAt === null ? (
            <span className="text-ink-3">never</span>
          ) : (
            <span>
              <RelativeMoment at={lastSeenAt} now={now} />
            </span>
          )}
          {codeUntil === null ? null : (
            <span className="text-ink-3">
              its code works for <Countdown at={codeUntil} now={now} over="a moment" />
            </span>
          )}
        </span>
      ),
    },
    { key: "expires", header: "Expires", nowrap: true, cell: ({ expiresAt }) => <Moment at={expiresAt} /> },
    {
      key: "by",
      header: "Added by",
      cell: ({ addedBy }) =>
        addedBy === null ? (
          <span className="text-ink-3">somebody who is gone</span>
        ) : (
          <NameText text={addedBy} length={60} />
        ),
    },
    ...(edits
      ? [
          {
            key: "end",
            header: <span className="sr-only">What can be done</span>,
            label: "What can be done",
            align: "end" as const,
            cell: (display: DisplayView) => <DisplayEnds display={display} />,
          },
        ]
      : []),
  ];
  return (
    <DataTable
      caption="Wall displays"
      columns={columns}
      rows={displays}
      rowKey={({ id }) => id}
      empty={
        <EmptyState title="No screen shows the wall by itself yet">
          Add one here, open the pairing page in its browser, and type the code. A wall that somebody opens in their own
          session ends with it.
        </EmptyState>
      }
    />
  );
}
