import { dehydrate, QueryClient } from "@tanstack/react-query";
import type { Metadata } from "next";
import { LiveQueries } from "@/components/live/live-queries";
import { ApprovalMarks } from "@/components/status/marks";
import { may } from "@/lib/access/permissions";
import { show } from "@/lib/access/show";
import { getApproval } from "@/lib/approvals/data";
import { trailOf } from "@/lib/audit/data";
import { getRestore, listMoments } from "@/lib/restores/data";
import { restoreQuery } from "@/lib/restores/queries";
import { type WizardStep, wizardSteps } from "@/lib/restores/rules";
import { RestoreRun } from "./_components/restore-run";
import { TrailCard } from "./_components/trail-card";
import { Wizard } from "./_components/wizard";

export const metadata: Metadata = { title: "Restore" };

export default async function RestorePage({ params, searchParams }: PageProps<"/restores/[restoreId]">) {
  const [{ restoreId }, { step }] = await Promise.all([params, searchParams]);
  const restore = await show((actor) => getRestore(actor, { restoreId }));
  if (restore.approval.state === "draft" && restore.state === "waiting") {
    const moments = await show((actor) => listMoments(actor, { restoreId }));
    return <Wizard restore={restore} moments={moments} step={stepAsked(step, restore.step)} />;
  }
  const { approval, forces } = await show(async (actor) => ({
    approval: await getApproval(actor, { approvalId: restore.approval.id }),
    forces: may(actor, "approval:force"),
  }));
  const trail = await show((actor) => trailOf(actor, { targetType: "restore", targetId: restoreId }));
  const queryClient = new QueryClient();
  queryClient.setQueryData(restoreQuery(restoreId).queryKey, restore);
  return (
    <>
      <LiveQueries state={dehydrate(queryClient)}>
        <RestoreRun
          restoreId={restoreId}
          forces={forces}
          marks={
            approval ? (
              <ApprovalMarks breakGlass={approval.breakGlass} singleOperator={approval.singleOperator} />
            ) : null
          }
        />
      </LiveQueries>
      <TrailCard entries={trail} />
    </>
  );
}

/** The step in the address, if the draft has come that far; else the first that lacks something. */
function stepAsked(asked: string | string[] | undefined, reached: WizardStep): WizardStep {
  const known = wizardSteps.find((step) => step === asked);
  return known && wizardSteps.indexOf(known) <= wizardSteps.indexOf(reached) ? known : reached;
}
