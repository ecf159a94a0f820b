import type { Metadata } from "next";
import { SystemFields } from "@/app/(console)/systems/_components/system-fields";
import { editSystemAction } from "@/app/(console)/systems/actions";
import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { Card } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { LinkButton } from "@/components/ui/link-button";
import { PageHeader } from "@/components/ui/page-header";
import { RadioCards } from "@/components/ui/radio-cards";
import { RevisionField } from "@/components/ui/revision-field";
import { may } from "@/lib/access/permissions";
import { show } from "@/lib/access/show";
import { getSystem, listOwnerChoices } from "@/lib/systems/data";
import type { SystemSettings } from "@/lib/systems/rules";
import { listTierChoices } from "@/lib/tiers/data";

export const metadata: Metadata = { title: "Edit a system" };

const lifecycles = [
  { value: "active", title: "Active", text: "It is in service and judged by its objectives." },
  { value: "parked", title: "Parked", text: "Nothing is expected of it for now; what it has stays." },
  { value: "retired", title: "Retired", text: "It is out of service and leaves the lists." },
];

export default async function EditSystemPage({ params }: PageProps<"/systems/[systemId]/edit">) {
  const { systemId } = await params;
  const { system, tiers, owners } = await show(async (actor) => {
    if (!may(actor, "estate:edit")) return null;
    const [system, tiers, owners] = await Promise.all([
      getSystem(actor, { system: systemId }),
      listTierChoices(actor, {}),
      listOwnerChoices(actor, {}),
    ]);
    return system && { system, tiers, owners };
  });
  const values: SystemSettings = {
    name: system.name,
    description: system.description,
    environment: system.environment,
    criticality: system.criticality,
    lifecycle: system.lifecycle,
    tierId: system.tier?.id ?? "",
    ownerTeamId: system.ownerTeamId,
    ownerUserId: system.ownerUserId,
    detectionAllowanceSeconds: system.detectionAllowanceSeconds,
    allowedRegions: system.allowedRegions,
  };
  const home = `/systems/${system.id}`;
  return (
    <>
      <PageHeader
        crumbs={[{ label: "Systems", href: "/systems" }, { label: system.name, href: home }, { label: "Edit" }]}
        title={`Edit ${system.name}`}
      />
      <Card padded className="max-w-3xl">
        <ActionForm action={editSystemAction}>
          <input type="hidden" name="systemId" value={system.id} />
          <input type="hidden" name="base" value={JSON.stringify(values)} />
          <RevisionField revision={system.revision} />
          <SystemFields tiers={tiers} owners={owners} values={values} />
          <Field
            name="detectionAllowanceMinutes"
            label="Minutes until a disruption is noticed"
            required
            hint="Added to what measured restores took before they are compared with the RTO."
          >
            <Input
              type="number"
              min={0}
              max={10_080}
              defaultValue={values.detectionAllowanceSeconds / 60}
              className="max-w-40"
            />
          </Field>
          <RadioCards
            name="lifecycle"
            legend="Lifecycle"
            choices={lifecycles}
            defaultValue={system.lifecycle}
            columns={3}
          />
          <div className="flex flex-wrap gap-2">
            <SubmitButton>Save changes</SubmitButton>
            <LinkButton href={home} variant="quiet">
              Leave it as it was
            </LinkButton>
          </div>
        </ActionForm>
      </Card>
    </>
  );
}
