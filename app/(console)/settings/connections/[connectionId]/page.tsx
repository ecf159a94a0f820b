import { dehydrate, QueryClient } from "@tanstack/react-query";
import type { Metadata } from "next";
import { LiveQueries } from "@/components/live/live-queries";
import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { Card } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { Facts } from "@/components/ui/facts";
import { LinkButton } from "@/components/ui/link-button";
import { Moment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { PageHeader } from "@/components/ui/page-header";
import { may } from "@/lib/access/permissions";
import { show } from "@/lib/access/show";
import { getConnection, getConnectionProgress } from "@/lib/connections/data";
import { connectionQuery } from "@/lib/connections/queries";
import { trustPolicy } from "@/lib/connections/rules";
import { durationText, plural, visible } from "@/lib/core/words";
import { CheckTable } from "../_components/check-table";
import { standingOf } from "../_components/standing";
import { StateForm } from "../_components/state-form";
import { SyncPanel } from "../_components/sync-panel";
import { requestSelfCheckAction } from "../actions";

export const metadata: Metadata = { title: "Connection" };

/** One connection: how fresh it is, what its roles may do, and how it was read. */
export default async function ConnectionPage({ params }: PageProps<"/settings/connections/[connectionId]">) {
  const ref = await params;
  const [{ connection, edits, syncs }, progress] = await Promise.all([
    show(async (actor) => {
      const found = await getConnection(actor, ref);
      return found && { connection: found, edits: may(actor, "connection:edit"), syncs: may(actor, "connection:sync") };
    }),
    show((actor) => getConnectionProgress(actor, ref)),
  ]);
  const { id, name, account, decided, checks, checkedAt, externalId, resources, points, state } = connection;
  const queryClient = new QueryClient();
  queryClient.setQueryData(connectionQuery(id).queryKey, progress);
  return (
    <div className="grid gap-6">
      <PageHeader
        crumbs={[
          { label: "Settings", href: "/settings" },
          { label: "Connections", href: "/settings/connections" },
          { label: visible(name) },
        ]}
        kind={standingOf(connection).kind}
        title={<NameText text={name} />}
        sub={`AWS account ${account}: ${plural(resources, "resource")}, ${plural(points, "recovery point")}.`}
        actions={
          edits ? (
            <>
              <StateForm connectionId={id} state={state} />
              <LinkButton href={`/settings/connections/${id}/edit`}>Edit</LinkButton>
            </>
          ) : null
        }
      />
      <LiveQueries state={dehydrate(queryClient)}>
        <SyncPanel connectionId={id} maySync={syncs && state === "active"} />
      </LiveQueries>
      <Card
        title="What its roles may do"
        more={checkedAt ? <Moment at={checkedAt} local={false} /> : "not checked yet"}
        footer={
          edits ? (
            <ActionForm action={requestSelfCheckAction}>
              <input type="hidden" name="connectionId" value={id} />
              <SubmitButton variant="default">Check again</SubmitButton>
            </ActionForm>
          ) : undefined
        }
      >
        <CheckTable checks={checks} />
      </Card>
      <Card title="Settings" padded>
        <div className="grid gap-4">
          <Facts
            facts={[
              { term: "Regions", detail: decided.regions.replaceAll(" ", ", ") },
              { term: "Read role", detail: decided.readRoleRef },
              { term: "Act role", detail: decided.actRoleRef ?? "none: nothing can be started here" },
              { term: "Service role", detail: decided.serviceRoleRef ?? "none: nothing can be restored here" },
              { term: "Clean-up role", detail: decided.cleanupRoleRef ?? "none: what is restored stays" },
              { term: "Read every", detail: durationText(decided.intervalSeconds) },
              { term: "Stale after", detail: durationText(connection.staleAfterSeconds) },
              { term: "Endpoint", detail: decided.endpoint ?? "AWS's own" },
              { term: "External id", detail: externalId ?? "none" },
            ]}
          />
          {externalId ? <CodeBlock label="Trust policy of each role" code={trustPolicy(externalId)} /> : null}
        </div>
      </Card>
    </div>
  );
}
