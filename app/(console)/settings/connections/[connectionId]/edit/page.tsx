import type { Metadata } from "next";
import { forbidden } from "next/navigation";
import { ConnectionFields } from "@/app/(console)/settings/connections/_components/connection-fields";
import { answerProofAction, askEditAction, editConnectionAction } from "@/app/(console)/settings/connections/actions";
import { GovernedForm } from "@/components/step-up/governed";
import { Card } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { PageHeader } from "@/components/ui/page-header";
import { RevisionField } from "@/components/ui/revision-field";
import { may } from "@/lib/access/permissions";
import { show, signedIn } from "@/lib/access/show";
import { getConnection } from "@/lib/connections/data";
import { visible } from "@/lib/core/words";

export const metadata: Metadata = { title: "Edit a connection" };

export default async function EditConnectionPage({ params }: PageProps<"/settings/connections/[connectionId]/edit">) {
  const ref = await params;
  if (!may(await signedIn(), "connection:edit")) forbidden();
  const connection = await show((actor) => getConnection(actor, ref));
  const { id, decided, revision, name, account } = connection;
  const back = `/settings/connections/${id}`;
  return (
    <div className="grid max-w-[80ch] gap-6">
      <PageHeader
        crumbs={[
          { label: "Settings", href: "/settings" },
          { label: "Connections", href: "/settings/connections" },
          { label: visible(name), href: back },
          { label: "Edit" },
        ]}
        title={`Edit ${visible(name)}`}
        sub={`AWS account ${account}. After a change of roles or regions the rights are checked afresh with the next full reading.`}
      />
      <Card padded>
        <GovernedForm
          action={editConnectionAction}
          begin={askEditAction}
          finish={answerProofAction}
          label="Save"
          doneHref={back}
          fields={{ connectionId: id }}
        >
          <input type="hidden" name="base" value={JSON.stringify(decided)} />
          <RevisionField revision={revision} />
          <Field name="name" label="Name" required>
            <Input maxLength={120} autoComplete="off" defaultValue={decided.name} />
          </Field>
          <ConnectionFields decided={decided} />
        </GovernedForm>
      </Card>
    </div>
  );
}
