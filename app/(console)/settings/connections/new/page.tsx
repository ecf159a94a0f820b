import type { Metadata } from "next";
import { forbidden } from "next/navigation";
import { GovernedForm } from "@/components/step-up/governed";
import { Card } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { PageHeader } from "@/components/ui/page-header";
import { may } from "@/lib/access/permissions";
import { signedIn } from "@/lib/access/show";
import { ConnectionFields } from "../_components/connection-fields";
import { answerProofAction, askCreationAction, createConnectionAction } from "../actions";

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
        <GovernedForm
          action={createConnectionAction}
          begin={askCreationAction}
          finish={answerProofAction}
          label="Add the connection"
          doneHref="/settings/connections"
        >
          <Field name="name" label="Name" required>
            <Input maxLength={120} autoComplete="off" />
          </Field>
          <Field name="account" label="AWS account" hint="Twelve digits. It cannot be changed later." required>
            <Input inputMode="numeric" maxLength={12} autoComplete="off" />
          </Field>
          <ConnectionFields />
        </GovernedForm>
      </Card>
    </div>
  );
}
