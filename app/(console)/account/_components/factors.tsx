"use client";
import { KeyRound, Smartphone } from "lucide-react";
import { useState } from "react";
import { FactorKinds } from "@/components/step-up/factor-kinds";
import { FactorSetup, type FactorSetupView } from "@/components/step-up/factor-setup";
import { ProveForm } from "@/components/step-up/prove";
import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { Button } from "@/components/ui/button";
import { Card, CardRow } from "@/components/ui/card";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Moment, RelativeMoment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { visible } from "@/lib/core/words";
import type { FactorView } from "@/lib/people/rules";
import {
  addFactorAction,
  answerProofAction,
  askAdditionAction,
  askRemovalAction,
  confirmFactorAction,
  removeFactorAction,
  renameFactorAction,
} from "../actions";

type Props = { factors: readonly FactorView[]; passkeys: boolean; now: string };

/** What confirms that it is you. */
export function Factors({ factors, passkeys, now }: Props) {
  return (
    <Card
      title="Your factors"
      more="They confirm your sign-in and every grave operation."
      footer={<AddFactor passkeys={passkeys} />}
    >
      {factors.map((factor) => (
        <Factor key={factor.id} factor={factor} now={now} last={factors.length === 1} />
      ))}
    </Card>
  );
}

function Factor({ factor, now, last }: { factor: FactorView; now: string; last: boolean }) {
  const Icon = factor.kind === "passkey" ? KeyRound : Smartphone;
  return (
    <CardRow
      lead={<Icon aria-hidden="true" className="mt-0.5 size-4 flex-none text-ink-3" />}
      end={
        <div className="flex flex-wrap justify-end gap-1">
          <Rename factor={factor} />
          <Remove factor={factor} last={last} />
        </div>
      }
    >
      <NameText text={factor.name} className="font-medium" />
      <span className="text-ink-2">{kindText(factor)}</span>
      <span className="text-ink-3">
        Added <RelativeMoment at={factor.createdAt} now={now} />
        {factor.lastUsedAt === null ? ", not used yet" : ", used "}
        {factor.lastUsedAt === null ? null : <RelativeMoment at={factor.lastUsedAt} now={now} />}
      </span>
      {factor.suspected ? <span className="text-bad">Locked: it answered as a copy would. Remove it.</span> : null}
      {factor.coolingUntil === null ? null : (
        <span className="text-warn">
          Does not count for the gravest approvals until <Moment at={factor.coolingUntil} />
        </span>
      )}
    </CardRow>
  );
}

function kindText({ kind, deviceBound }: FactorView): string {
  if (kind === "totp") return "Authenticator app";
  return deviceBound ? "Passkey, bound to its device" : "Passkey, synced between devices";
}

function AddFactor({ passkeys }: { passkeys: boolean }) {
  const [open, setOpen] = useState(false);
  const [setup, setSetup] = useState<FactorSetupView | null>(null);
  const toggle = (next: boolean) => {
    setOpen(next);
    setSetup(null);
  };
  return (
    <Dialog
      open={open}
      onOpenChange={toggle}
      trigger={<Button variant="default">Add a factor</Button>}
      title={setup === null ? "Add a factor" : "Show that you hold it"}
      description={setup === null ? "Confirm with a factor you have; then set the new one up." : undefined}
    >
      {setup === null ? (
        <ProveForm<FactorSetupView>
          action={addFactorAction}
          begin={askAdditionAction}
          finish={answerProofAction}
          label="Confirm and go on"
          onDone={setSetup}
        >
          <FactorKinds passkeys={passkeys} name="" />
        </ProveForm>
      ) : (
        <FactorSetup
          setup={setup}
          finish={confirmFactorAction}
          onDone={() => toggle(false)}
          onCancel={() => setSetup(null)}
        />
      )}
    </Dialog>
  );
}

function Rename({ factor }: { factor: FactorView }) {
  const [open, setOpen] = useState(false);
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button variant="quiet" size="small" aria-label={`Rename ${visible(factor.name)}`}>
          Rename
        </Button>
      }
      title="Rename this factor"
    >
      <ActionForm action={renameFactorAction} onDone={() => setOpen(false)}>
        <input type="hidden" name="factorId" value={factor.id} />
        <Field name="name" label="Name" required>
          <Input defaultValue={factor.name} maxLength={60} />
        </Field>
        <div>
          <SubmitButton>Rename</SubmitButton>
        </div>
      </ActionForm>
    </Dialog>
  );
}

function Remove({ factor, last }: { factor: FactorView; last: boolean }) {
  const [open, setOpen] = useState(false);
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button variant="quiet" size="small" aria-label={`Remove ${visible(factor.name)}`}>
          Remove
        </Button>
      }
      title="Remove this factor"
      description={
        last
          ? "This is your last factor: add another one first."
          : "It will not sign you in or confirm anything again, and your other sessions end."
      }
    >
      {last ? null : (
        <ProveForm
          action={removeFactorAction}
          begin={askRemovalAction}
          finish={answerProofAction}
          label="Confirm and remove"
          fields={{ factorId: factor.id }}
          danger
          onDone={() => setOpen(false)}
        />
      )}
    </Dialog>
  );
}
