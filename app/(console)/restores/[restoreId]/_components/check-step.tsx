import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { Banner } from "@/components/ui/banner";
import { LinkButton } from "@/components/ui/link-button";
import { RelativeMoment } from "@/components/ui/moment";
import type { RestoreView } from "@/lib/restores/view";
import { checkRestoreAction } from "../../actions";
import { VerdictList } from "./verdict-list";

/** Step 4: what would be lost, what stops it, what to know. */
export function CheckStep({ restore }: { restore: RestoreView }) {
  const { preflight } = restore;
  return (
    <div className="grid gap-4">
      {preflight ? (
        <>
          {preflight.blocked ? (
            <Banner kind="bad" title="This plan cannot go on as it is">
              Mend what is marked with a square below, then check again.
            </Banner>
          ) : null}
          <VerdictList verdicts={preflight.verdicts} />
        </>
      ) : (
        <Banner kind="none">Nothing has been checked yet.</Banner>
      )}
      <div className="flex flex-wrap items-center justify-end gap-3">
        <span className="mr-auto text-ink-3">
          {preflight ? (
            <>
              Checked <RelativeMoment at={preflight.at} now={restore.now} />, and again when it starts
            </>
          ) : null}
        </span>
        <LinkButton href={`/restores/${restore.id}?step=where`} variant="quiet">
          Back
        </LinkButton>
        <ActionForm action={checkRestoreAction}>
          <input type="hidden" name="restoreId" value={restore.id} />
          <SubmitButton variant={preflight && !preflight.blocked ? "default" : "primary"}>Check again</SubmitButton>
        </ActionForm>
        {preflight && !preflight.blocked ? (
          <LinkButton href={`/restores/${restore.id}?step=authorise`} variant="primary">
            Go on to authorise
          </LinkButton>
        ) : null}
      </div>
    </div>
  );
}
