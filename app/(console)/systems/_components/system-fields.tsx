import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { Textarea } from "@/components/ui/textarea";
import { visible } from "@/lib/core/words";
import { criticalities, environments, nameLength, type SystemSettings } from "@/lib/systems/rules";
import type { OwnerChoices } from "@/lib/systems/view";
import type { TierChoice } from "@/lib/tiers/view";

type Props = { tiers: readonly TierChoice[]; owners: OwnerChoices; values: Partial<SystemSettings> };

const options = (words: readonly string[]) =>
  words.map((one) => (
    <option key={one} value={one}>
      {one}
    </option>
  ));

const named = (rows: readonly { id: string; name: string }[]) =>
  rows.map(({ id, name }) => (
    <option key={id} value={id}>
      {visible(name)}
    </option>
  ));

/** What people decide about a system. */
export function SystemFields({ tiers, owners, values }: Props) {
  return (
    <>
      <Field name="name" label="Name" required hint="As people call it. Its address is made of it.">
        <Input maxLength={nameLength + 40} defaultValue={values.name} autoComplete="off" />
      </Field>
      <Field name="description" label="What it is for">
        <Textarea rows={3} defaultValue={values.description} />
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field name="tierId" label="Tier" required hint="Sets its RPO and RTO and how often it is proven.">
          <Select defaultValue={values.tierId ?? "tier-3"}>{named(tiers)}</Select>
        </Field>
        <Field name="environment" label="Environment" required hint="Restores into production take two approvals.">
          <Select defaultValue={values.environment ?? "unknown"}>{options(environments)}</Select>
        </Field>
        <Field name="criticality" label="Criticality" required>
          <Select defaultValue={values.criticality ?? "medium"}>{options(criticalities)}</Select>
        </Field>
        <Field name="ownerTeamId" label="Owning team">
          <Select defaultValue={values.ownerTeamId ?? ""}>
            <option value="">no team</option>
            {named(owners.teams)}
          </Select>
        </Field>
        <Field name="ownerUserId" label="Owner">
          <Select defaultValue={values.ownerUserId ?? ""}>
            <option value="">nobody</option>
            {named(owners.people)}
          </Select>
        </Field>
      </div>
      <Field
        name="allowedRegions"
        label="Regions its data may be kept in"
        hint="As the provider names them, with spaces between them, such as eu-central-1 eu-west-1. Every copy counts. Empty: anywhere."
      >
        <Input maxLength={2_000} defaultValue={values.allowedRegions} autoComplete="off" spellCheck={false} />
      </Field>
    </>
  );
}
