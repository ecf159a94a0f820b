import type { Metadata } from "next";
import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { Card } from "@/components/ui/card";
import { LinkButton } from "@/components/ui/link-button";
import { PageHeader } from "@/components/ui/page-header";
import { may } from "@/lib/access/permissions";
import { show } from "@/lib/access/show";
import { listOwnerChoices } from "@/lib/systems/data";
import { listTierChoices } from "@/lib/tiers/data";
import { SystemFields } from "../_components/system-fields";
import { createSystemAction } from "../actions";

export const metadata: Metadata = { title: "Add a system" };

export default async function NewSystemPage() {
  const { tiers, owners } = await show(async (actor) => {
    if (!may(actor, "estate:edit")) return null;
    const [tiers, owners] = await Promise.all([listTierChoices(actor, {}), listOwnerChoices(actor, {})]);
    return { tiers, owners };
  });
  return (
    <>
      <PageHeader
        crumbs={[{ label: "Systems", href: "/systems" }, { label: "Add a system" }]}
        title="Add a system"
        sub="Name what the business would miss. Its resources are assigned next, by hand or by a tag."
      />
      <Card padded className="max-w-3xl">
        <ActionForm action={createSystemAction}>
          <SystemFields tiers={tiers} owners={owners} values={{}} />
          <div className="flex flex-wrap gap-2">
            <SubmitButton>Add system</SubmitButton>
            <LinkButton href="/systems" variant="quiet">
              Leave it
            </LinkButton>
          </div>
        </ActionForm>
      </Card>
    </>
  );
}
