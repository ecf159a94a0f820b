import { ProveForm } from "@/components/step-up/prove";
import { Facts } from "@/components/ui/facts";
import { LinkButton } from "@/components/ui/link-button";
import type { RestoreView } from "@/lib/restores/view";
import { answerProofAction, askSubmissionAction, submitRestoreAction } from "../../actions";

/** Step 5: the requester proves presence for exactly this plan, and it goes to the approvers. */
export function AuthoriseStep({ restore }: { restore: RestoreView }) {
  const loss = restore.preflight?.verdicts.find(({ id }) => id === "loss");
  const time = restore.preflight?.verdicts.find(({ id }) => id === "time");
  const resource = restore.resources.find(({ id }) => id === restore.draft.resourceId);
  const production = restore.system.environment === "production" || restore.system.environment === "unknown";
  return (
    <div className="grid gap-5">
      <Facts
        facts={[
          { term: "Source", detail: `${resource?.name ?? "?"}, ${resource?.kind ?? ""}, ${resource?.region ?? ""}` },
          { term: "Target", detail: <b className="font-medium">{restore.draft.targetName}</b> },
          { term: "Lost", detail: loss?.detail ?? "unknown" },
          { term: "Time", detail: time?.detail ?? "unknown" },
          {
            term: "Who agrees",
            detail:
              restore.draft.form?.createsNew === false
                ? "Two approvers and a security approver, because this overwrites something."
                : production
                  ? "Two approvers, because this is production. Neither of them may be you."
                  : "One approver, because this is not production. It may not be you.",
          },
          {
            term: "Then",
            detail:
              "You start it yourself, with another proof that it is you. Silence never approves; a change voids every vote.",
          },
        ]}
      />
      <ProveForm
        action={submitRestoreAction}
        begin={askSubmissionAction}
        finish={answerProofAction}
        label="Submit for approval"
        fields={{ restoreId: restore.id }}
      />
      <div>
        <LinkButton href={`/restores/${restore.id}?step=check`} variant="quiet">
          Back
        </LinkButton>
      </div>
    </div>
  );
}
