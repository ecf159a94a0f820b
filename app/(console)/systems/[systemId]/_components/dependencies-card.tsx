import { healthKind, healthWord } from "@/app/(console)/_components/health-look";
import { addDependencyAction, endDependencyAction } from "@/app/(console)/systems/actions";
import { StatusGlyph } from "@/components/status/glyph";
import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { Card, CardRow } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { NameText } from "@/components/ui/name-text";
import { Select } from "@/components/ui/select";
import { TextLink } from "@/components/ui/text-link";
import { visible } from "@/lib/core/words";
import type { Dependencies, DependencyView, SystemChoice } from "@/lib/systems/view";

type Props = { systemId: string; dependencies: Dependencies; choices: readonly SystemChoice[]; mayEdit: boolean };

function Row({
  one,
  text,
  systemId,
  mayEnd,
}: {
  one: DependencyView;
  text: string;
  systemId: string;
  mayEnd: boolean;
}) {
  return (
    <CardRow
      lead={<StatusGlyph kind={healthKind[one.state]} label={healthWord[one.state]} className="mt-[3px]" />}
      end={
        mayEnd ? (
          <ActionForm action={endDependencyAction} className="contents">
            <input type="hidden" name="systemId" value={systemId} />
            <input type="hidden" name="dependencyId" value={one.id} />
            <SubmitButton variant="quiet" size="small">
              End it
            </SubmitButton>
          </ActionForm>
        ) : null
      }
    >
      <span>
        {text}{" "}
        <TextLink href={`/systems/${one.systemId}`} className="font-semibold text-ink">
          <NameText text={one.name} length={48} />
        </TextLink>{" "}
        <span className="text-ink-3">{one.kind === "hard" ? "to recover at all" : "to work fully"}</span>
      </span>
    </CardRow>
  );
}

/** What a system needs to recover, and what waits for it. */
export function DependenciesCard({ systemId, dependencies: { needs, neededBy }, choices, mayEdit }: Props) {
  const free = choices.filter(({ id }) => id !== systemId && !needs.some((need) => need.systemId === id));
  return (
    <Card title="Dependencies">
      {needs.length + neededBy.length === 0 ? <p className="px-4 py-3 text-ink-3">None are written down.</p> : null}
      {needs.map((one) => (
        <Row key={one.id} one={one} text="needs" systemId={systemId} mayEnd={mayEdit} />
      ))}
      {neededBy.map((one) => (
        <Row key={one.id} one={one} text="is needed by" systemId={systemId} mayEnd={false} />
      ))}
      {mayEdit && free.length > 0 ? (
        <div className="border-t px-4 py-3">
          <ActionForm
            action={addDependencyAction}
            className="grid items-end gap-2 sm:grid-cols-[minmax(0,1fr)_11rem_auto]"
            resetOnDone
          >
            <input type="hidden" name="systemId" value={systemId} />
            <Field name="toId" label="It needs" required>
              <Select>
                {free.map(({ id, name }) => (
                  <option key={id} value={id}>
                    {visible(name)}
                  </option>
                ))}
              </Select>
            </Field>
            <Field name="kind" label="How" required>
              <Select>
                <option value="hard">to recover at all</option>
                <option value="soft">to work fully</option>
              </Select>
            </Field>
            <SubmitButton variant="default">Add</SubmitButton>
          </ActionForm>
        </div>
      ) : null}
    </Card>
  );
}
