import { addDependencyAction, endDependencyAction } from "@/app/(console)/systems/actions";
import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { Field } from "@/components/ui/field";
import { Picker } from "@/components/ui/picker";
import { Select } from "@/components/ui/select";
import { visible } from "@/lib/core/words";
import { systemSearchHref } from "@/lib/systems/rules";
import { AcceptCircle } from "./accept-circle";

/** Ends a dependency from now on. */
export function EndDependency({ systemId, dependencyId, name }: Record<"systemId" | "dependencyId" | "name", string>) {
  return (
    <ActionForm action={endDependencyAction} className="contents">
      <input type="hidden" name="systemId" value={systemId} />
      <input type="hidden" name="dependencyId" value={dependencyId} />
      <SubmitButton variant="quiet" size="small" aria-label={`End the dependency with ${visible(name)}`}>
        End it
      </SubmitButton>
    </ActionForm>
  );
}

/** Writes down what a system needs to recover. */
export function AddDependency({ systemId, without }: { systemId: string; without: readonly string[] }) {
  return (
    <ActionForm
      action={addDependencyAction}
      className="grid items-start gap-2 sm:grid-cols-[minmax(0,1fr)_11rem_auto]"
      resetOnDone
    >
      <input type="hidden" name="systemId" value={systemId} />
      <Field name="toId" label="It needs" required>
        <Picker searchHref={systemSearchHref} without={[systemId, ...without]} none="Choose a system…" />
      </Field>
      <Field name="kind" label="How" required>
        <Select>
          <option value="hard">to recover at all</option>
          <option value="soft">to work fully</option>
        </Select>
      </Field>
      <SubmitButton variant="default" className="sm:mt-6">
        Add
      </SubmitButton>
      <AcceptCircle />
    </ActionForm>
  );
}
