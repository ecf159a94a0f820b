import type { Metadata } from "next";
import { forbidden } from "next/navigation";
import { ActionForm, FormButtons, SubmitButton } from "@/components/ui/action-form";
import { Card } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { LinkButton } from "@/components/ui/link-button";
import { PageHeader } from "@/components/ui/page-header";
import { may } from "@/lib/access/permissions";
import { signedIn } from "@/lib/access/show";
import { ConnectionFields } from "../_components/connection-fields";
import { createConnectionAction } from "../actions";

export const metadata: Metadata = { title: "Add a connection" };

export default async function NewConnectionPage() {
  if (!may(await signedIn(), "connection:edit")) forbidden();
  return (
    <div className="grid max-w-[80ch] gap-6">
      <PageHeader
        crumbs={[
          { label: "Settings", href: "/settings" },
          { label: "Connections", href: "/settings/connections" },
          { label: "New" },
        ]}
        title="Add an AWS account"
        sub="Holdfast keeps no keys: it assumes roles of yours, and sends an external id that it makes for this connection. You find it, with the trust policy to paste, on the next page."
      />
      <Card padded>
        <ActionForm action={createConnectionAction}>
          <Field name="name" label="Name" required>
            <Input maxLength={120} autoComplete="off" />
          </Field>
          <Field name="account" label="AWS account" hint="Twelve digits. It cannot be changed later." required>
            <Input inputMode="numeric" maxLength={12} autoComplete="off" />
          </Field>
          <ConnectionFields />
          <FormButtons>
            <LinkButton href="/settings/connections" variant="quiet">
              Cancel
            </LinkButton>
            <SubmitButton>Add the connection</SubmitButton>
          </FormButtons>
        </ActionForm>
      </Card>
    </div>
  );
}
