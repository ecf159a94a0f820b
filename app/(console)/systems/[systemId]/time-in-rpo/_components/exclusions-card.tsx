import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { Card, CardRow } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Moment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import type { TimeInRpoView } from "@/lib/service-levels/view";
import { addExclusionAction, endExclusionAction } from "../actions";

type Props = { systemId: string; view: TimeInRpoView; mayEdit: boolean };

/** Time that does not count, and why; what is still to come can be planned or ended here. */
export function ExclusionsCard({ systemId, view: { exclusions, now }, mayEdit }: Props) {
  return (
    <Card title="Time that does not count">
      {exclusions.length === 0 ? <p className="px-4 py-3 text-ink-3">None in this time.</p> : null}
      {exclusions.map(({ id, reason, from, to }) => (
        <CardRow
          key={id}
          end={
            mayEdit && to !== null && to > now ? (
              <ActionForm action={endExclusionAction} className="contents">
                <input type="hidden" name="systemId" value={systemId} />
                <input type="hidden" name="exclusionId" value={id} />
                <SubmitButton variant="quiet" size="small">
                  {from > now ? "Take it back" : "End it"}
                </SubmitButton>
              </ActionForm>
            ) : null
          }
        >
          <NameText text={reason} length={80} className="font-medium" />
          <div className="text-sm text-ink-3">
            <Moment at={from} local={false} /> to {to === null ? "further notice" : <Moment at={to} local={false} />}
          </div>
        </CardRow>
      ))}
      {mayEdit ? (
        <div className="border-t px-4 py-3">
          <ActionForm
            action={addExclusionAction}
            className="grid items-start gap-3 sm:grid-cols-[minmax(0,1fr)_13rem_7rem_auto]"
            resetOnDone
          >
            <input type="hidden" name="systemId" value={systemId} />
            <Field name="reason" label="Planned maintenance" hint="Such as a change number and what is done." required>
              <Input maxLength={300} autoComplete="off" />
            </Field>
            <Field name="startsAt" label="Begins (UTC)" hint="Not in the past: what happened counts." required>
              <Input type="datetime-local" />
            </Field>
            <Field name="hours" label="Hours" required>
              <Input type="number" min={0.25} max={168} step={0.25} defaultValue="2" />
            </Field>
            <SubmitButton variant="default" className="sm:mt-6">
              Plan it
            </SubmitButton>
          </ActionForm>
        </div>
      ) : null}
    </Card>
  );
}
