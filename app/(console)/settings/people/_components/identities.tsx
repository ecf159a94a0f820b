"use client";
import { useState } from "react";
import { GovernedForm } from "@/components/step-up/governed";
import { ProveForm } from "@/components/step-up/prove";
import { Button } from "@/components/ui/button";
import { Card, CardRow } from "@/components/ui/card";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { RelativeMoment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import type { IdentityView } from "@/lib/sso/rules";
import {
  answerProofAction,
  askLinkAction,
  askUnlinkAction,
  linkIdentityAction,
  unlinkIdentityAction,
} from "../actions";

type Props = {
  personId: string;
  name: string;
  known: { possible: boolean; identities: readonly IdentityView[] };
  edits: boolean;
  now: string;
};

/** As whom a person comes in through the identity provider. */
export function Identities({ personId, name, known: { possible, identities }, edits, now }: Props) {
  return (
    <Card title="Single sign-on" {...(edits && possible ? { footer: <Link personId={personId} name={name} /> } : {})}>
      {identities.length === 0 ? (
        <p className="p-4 text-ink-3">No identity is linked: they sign in with their password.</p>
      ) : null}
      {identities.map((identity) => (
        <CardRow key={identity.id} end={edits ? <Unlink identity={identity} name={name} /> : null}>
          <NameText text={identity.subject} length={80} className="font-mono font-medium" />
          <span className="text-ink-2">{identity.issuer}</span>
          <span className="text-ink-3">
            Linked <RelativeMoment at={identity.createdAt} now={now} />
            {identity.lastUsedAt === null ? ", not used yet" : ", used "}
            {identity.lastUsedAt === null ? null : <RelativeMoment at={identity.lastUsedAt} now={now} />}
          </span>
        </CardRow>
      ))}
    </Card>
  );
}

function Link({ personId, name }: Pick<Props, "personId" | "name">) {
  const [open, setOpen] = useState(false);
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      trigger={<Button>Link an identity</Button>}
      title={`Link an identity to ${name}`}
      description="Make sure that it is them who was shown this subject: whoever holds it signs in as them."
    >
      <GovernedForm
        action={linkIdentityAction}
        begin={askLinkAction}
        finish={answerProofAction}
        label="Confirm and link"
        fields={{ personId }}
        onApplied={() => setOpen(false)}
      >
        <Field name="subject" label="Subject" hint="As the page said that turned them away." required>
          <Input maxLength={255} autoComplete="off" spellCheck={false} className="font-mono" />
        </Field>
      </GovernedForm>
    </Dialog>
  );
}

function Unlink({ identity, name }: { identity: IdentityView; name: string }) {
  const [open, setOpen] = useState(false);
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button variant="quiet" size="small" aria-label={`Unlink ${identity.subject}`}>
          Unlink
        </Button>
      }
      title={`Unlink this identity from ${name}`}
      description="Their sessions end, and they sign in with their password until another one is linked."
    >
      <ProveForm
        action={unlinkIdentityAction}
        begin={askUnlinkAction}
        finish={answerProofAction}
        label="Confirm and unlink"
        fields={{ identityId: identity.id }}
        danger
        onDone={() => setOpen(false)}
      />
    </Dialog>
  );
}
