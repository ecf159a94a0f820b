import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { Banner } from "@/components/ui/banner";
import { Card } from "@/components/ui/card";
import { NameText } from "@/components/ui/name-text";
import { PageHeader } from "@/components/ui/page-header";
import { Stepper } from "@/components/ui/stepper";
import { visible } from "@/lib/core/words";
import { type WizardStep, wizardSteps } from "@/lib/restores/rules";
import type { Moments, RestoreView } from "@/lib/restores/view";
import { cancelRestoreAction } from "../../actions";
import { AuthoriseStep } from "./authorise-step";
import { CheckStep } from "./check-step";
import { WhatStep } from "./what-step";
import { WhenStep } from "./when-step";
import { WhereStep } from "./where-step";

const labels: Record<WizardStep, string> = {
  what: "What and why",
  when: "When",
  where: "Where",
  check: "Before you go on",
  authorise: "Authorise",
};

/** The wizard of a restore: one step at a time, everything kept on the server, nothing started. */
export function Wizard({ restore, moments, step }: { restore: RestoreView; moments: Moments; step: WizardStep }) {
  const at = wizardSteps.indexOf(step);
  const reached = wizardSteps.indexOf(restore.step);
  const steps = wizardSteps.map((name, index) => ({
    label: labels[name],
    state: index === at ? ("current" as const) : index <= reached ? ("done" as const) : ("ahead" as const),
    href: `/restores/${restore.id}?step=${name}`,
  }));
  return (
    <>
      <PageHeader
        crumbs={[{ label: "Restores", href: "/restores" }, { label: restore.handle }]}
        title={
          <>
            Restore <NameText text={restore.system.name} length={80} />
          </>
        }
        sub={`Draft of ${restore.requester}. Nothing has been started, and what you enter is kept.`}
        actions={
          restore.mine ? (
            <ActionForm action={cancelRestoreAction}>
              <input type="hidden" name="restoreId" value={restore.id} />
              <SubmitButton variant="quiet">Discard this draft</SubmitButton>
            </ActionForm>
          ) : null
        }
      />
      {restore.mine ? null : <Banner kind="none">Only {visible(restore.requester)} can go on with this draft.</Banner>}
      <Card>
        <Stepper label="Steps of this restore" steps={[...steps, { label: "Run", state: "ahead" }]} />
        <div className="p-4">
          {step === "what" ? <WhatStep restore={restore} /> : null}
          {step === "when" ? <WhenStep restore={restore} moments={moments} /> : null}
          {step === "where" ? <WhereStep restore={restore} /> : null}
          {step === "check" ? <CheckStep restore={restore} /> : null}
          {step === "authorise" ? <AuthoriseStep restore={restore} /> : null}
        </div>
      </Card>
    </>
  );
}
