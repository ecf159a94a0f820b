import type { Metadata } from "next";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";
import { PageHeader } from "@/components/ui/page-header";
import { may } from "@/lib/access/permissions";
import { show } from "@/lib/access/show";
import { listConnections } from "@/lib/connections/data";
import { plural } from "@/lib/core/words";
import { ConnectionsTable } from "./_components/connections-table";

export const metadata: Metadata = { title: "Connections" };

/** The accounts that are read, and how fresh what we know of them is. */
export default async function ConnectionsPage() {
  const { connections, edits } = await show(async (actor) => ({
    connections: await listConnections(actor, {}),
    edits: may(actor, "connection:edit"),
  }));
  const active = connections.filter(({ state }) => state === "active");
  const fresh = active.filter(({ isStale }) => !isStale).length;
  const add = (
    <LinkButton href="/settings/connections/new" variant="primary">
      Add a connection
    </LinkButton>
  );
  return (
    <div className="grid gap-6">
      <PageHeader
        crumbs={[{ label: "Settings", href: "/settings" }, { label: "Connections" }]}
        {...(active.length === 0 ? {} : { kind: fresh === active.length ? ("ok" as const) : ("unknown" as const) })}
        title={
          active.length === 0 ? "Nothing is connected." : `${fresh} of ${plural(active.length, "connection")} fresh.`
        }
        sub="What was not read lately is shown as unknown, never as well."
        actions={edits ? add : null}
      />
      <Card>
        {connections.length === 0 ? (
          <EmptyState title="No connection yet" action={edits ? add : undefined}>
            Connect an AWS account to see what is backed up there, what is not, and whether it could be brought back.
          </EmptyState>
        ) : (
          <ConnectionsTable connections={connections} now={new Date().toISOString()} />
        )}
      </Card>
    </div>
  );
}
