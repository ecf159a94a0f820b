import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { Banner } from "@/components/ui/banner";
import { Facts } from "@/components/ui/facts";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { LinkButton } from "@/components/ui/link-button";
import { Select } from "@/components/ui/select";
import { Textarea } from "@/components/ui/textarea";
import type { RestoreView } from "@/lib/restores/view";
import { saveWhereAction } from "../../actions";
import { DraftKey } from "./draft-key";

type FormField = NonNullable<RestoreView["draft"]["form"]>["fields"][number];

/** Step 3: the new resource's name and the settings it takes over from the source. */
export function WhereStep({ restore }: { restore: RestoreView }) {
  const { form, settings = {}, targetName = "" } = restore.draft;
  if (!form) return null;
  const editable = form.fields.filter(({ readOnly, isTargetName }) => !readOnly && !isTargetName);
  const told = form.fields.filter(({ readOnly, sourceValue }) => readOnly && sourceValue);
  const required = editable.filter((field) => field.required);
  const optional = editable.filter((field) => !field.required);
  return (
    <ActionForm action={saveWhereAction}>
      <DraftKey restore={restore} />
      <Banner
        kind={form.createsNew ? "ok" : "bad"}
        title={form.createsNew ? "This becomes a new resource" : "This writes into something that exists"}
      >
        {form.createsNew
          ? "It stands beside the source in the same account and network; nothing is overwritten."
          : "It asks the strictest approval, because it can overwrite data."}
      </Banner>
      <Field
        name="targetName"
        label="Name of the new resource"
        hint="Its end names this request, so that it can be found and cleaned up."
        required
      >
        <Input
          name="targetName"
          defaultValue={targetName}
          maxLength={63}
          className="max-w-[28rem]"
          spellCheck={false}
        />
      </Field>
      <div className="grid gap-4 md:grid-cols-2">
        {required.map((field) => (
          <Setting key={field.key} field={field} value={settings[field.key]} />
        ))}
      </div>
      {optional.length > 0 ? (
        <details className="rounded-md border">
          <summary className="cursor-pointer px-3.5 py-2.5 font-medium">
            {optional.length} settings as at the source
          </summary>
          <div className="grid gap-4 border-t p-3.5 md:grid-cols-2">
            {optional.map((field) => (
              <Setting key={field.key} field={field} value={settings[field.key]} />
            ))}
          </div>
        </details>
      ) : null}
      {told.length > 0 ? (
        <details className="rounded-md border">
          <summary className="cursor-pointer px-3.5 py-2.5 font-medium">{told.length} facts about the source</summary>
          <div className="border-t p-3.5">
            <Facts facts={told.map(({ label, sourceValue }) => ({ term: label, detail: sourceValue }))} />
          </div>
        </details>
      ) : null}
      <div className="flex flex-wrap items-center justify-end gap-3">
        <span className="mr-auto text-ink-3">
          Next, everything that could go wrong is looked at. Nothing is changed by that.
        </span>
        <LinkButton href={`/restores/${restore.id}?step=when`} variant="quiet">
          Back
        </LinkButton>
        <SubmitButton>Check this plan</SubmitButton>
      </div>
    </ActionForm>
  );
}

function Setting({ field, value }: { field: FormField; value: string | undefined }) {
  const name = `setting.${field.key}`;
  const shown = value ?? field.sourceValue ?? "";
  const choices = field.kind === "boolean" ? ["true", "false"] : field.choices;
  return (
    <Field name={field.key} label={field.label} required={field.required} {...(field.hint ? { hint: field.hint } : {})}>
      {choices.length > 0 ? (
        <Select name={name} defaultValue={shown}>
          {field.required ? null : <option value="">as the provider decides</option>}
          {choices.map((choice) => (
            <option key={choice} value={choice}>
              {choice === "true" ? "yes" : choice === "false" ? "no" : choice}
            </option>
          ))}
        </Select>
      ) : field.kind === "json" ? (
        <Textarea name={name} defaultValue={shown} rows={2} className="font-mono text-sm" spellCheck={false} />
      ) : (
        <Input
          name={name}
          defaultValue={shown}
          inputMode={field.kind === "number" ? "numeric" : "text"}
          spellCheck={false}
        />
      )}
    </Field>
  );
}
