import { StatusBadge } from "@/components/status/status-badge";
import { RelativeMoment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { DataTable } from "@/components/ui/table";
import { TextLink } from "@/components/ui/text-link";
import type { ConnectionView } from "@/lib/connections/view";
import { countText } from "@/lib/core/words";
import { checkLook, standingOf } from "./standing";

type Props = { connections: readonly ConnectionView[]; now: string };

export function ConnectionsTable({ connections, now }: Props) {
  return (
    <DataTable
      caption="Connections by name"
      rows={connections}
      rowKey={({ id }) => id}
      columns={[
        {
          key: "name",
          header: "Connection",
          cell: ({ id, name, kind, account }) => (
            <>
              <TextLink href={`/settings/connections/${id}`} className="font-medium">
                <NameText text={name} length={60} />
              </TextLink>
              <div className="text-ink-3">
                {kind.toUpperCase()} {account}
              </div>
            </>
          ),
        },
        {
          key: "standing",
          header: "Freshness",
          cell: (connection) => {
            const { kind, text } = standingOf(connection);
            return <StatusBadge kind={kind}>{text}</StatusBadge>;
          },
        },
        {
          key: "read",
          header: "Read",
          nowrap: true,
          cell: ({ readAt }) => (readAt ? <RelativeMoment at={readAt} now={now} /> : "never in full"),
        },
        { key: "regions", header: "Regions", cell: ({ regionsSentence }) => regionsSentence },
        {
          key: "check",
          header: "Rights",
          nowrap: true,
          cell: ({ worstCheck }) => {
            const { kind, text } = checkLook[worstCheck ?? "none"];
            return <StatusBadge kind={kind}>{text}</StatusBadge>;
          },
        },
        { key: "resources", header: "Resources", align: "end", cell: ({ resources }) => countText(resources) },
        { key: "points", header: "Recovery points", align: "end", cell: ({ points }) => countText(points) },
      ]}
    />
  );
}
