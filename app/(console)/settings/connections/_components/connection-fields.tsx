import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { type ConnectionDecision, defaultIntervalSeconds, intervalBounds } from "@/lib/connections/rules";

const rolePlaceholder = "arn:aws:iam::123456789012:role/holdfast-read";

/** What an administrator decides about a connection. */
export function ConnectionFields({ decided }: { decided?: ConnectionDecision }) {
  const told = (value: string | null | undefined) => ({ defaultValue: value ?? "" });
  return (
    <>
      <Field name="regions" label="Regions" hint="Separated by spaces or commas." required>
        <Input {...told(decided?.regions)} placeholder="eu-central-1 eu-west-1" spellCheck={false} />
      </Field>
      <Field
        name="readRoleRef"
        label="Read role"
        hint="Everything is read with this role. It must not be able to delete anything."
        required
      >
        <Input {...told(decided?.readRoleRef)} placeholder={rolePlaceholder} spellCheck={false} />
      </Field>
      <Field
        name="actRoleRef"
        label="Act role"
        hint="Starts restores and backups. Without one this account can only be looked at."
      >
        <Input {...told(decided?.actRoleRef)} spellCheck={false} />
      </Field>
      <Field
        name="serviceRoleRef"
        label="Service role"
        hint="The role that AWS Backup itself takes on to restore, such as AWSBackupDefaultServiceRole."
      >
        <Input {...told(decided?.serviceRoleRef)} spellCheck={false} />
      </Field>
      <Field
        name="cleanupRoleRef"
        label="Clean-up role"
        hint="Removes what Holdfast itself restored, and nothing else."
      >
        <Input {...told(decided?.cleanupRoleRef)} spellCheck={false} />
      </Field>
      <Field
        name="intervalSeconds"
        label="Read every (seconds)"
        hint={`Between ${intervalBounds.min} and ${intervalBounds.max}.`}
        required
      >
        <Input
          type="number"
          inputMode="numeric"
          min={intervalBounds.min}
          max={intervalBounds.max}
          defaultValue={decided?.intervalSeconds ?? defaultIntervalSeconds}
        />
      </Field>
      <Field name="endpoint" label="Endpoint" hint="Only for a private endpoint: https, or http on this very machine.">
        <Input {...told(decided?.endpoint)} inputMode="url" spellCheck={false} />
      </Field>
    </>
  );
}
