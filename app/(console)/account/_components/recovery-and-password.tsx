"use client";
import { LifeBuoy, RectangleEllipsis } from "lucide-react";
import { useState } from "react";
import { ProveForm } from "@/components/step-up/prove";
import { RecoveryCodes } from "@/components/step-up/recovery-codes";
import { Button } from "@/components/ui/button";
import { Card, CardRow } from "@/components/ui/card";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { RelativeMoment } from "@/components/ui/moment";
import type { RecoveryView } from "@/lib/people/rules";
import {
  answerProofAction,
  askPasswordChangeAction,
  askRenewalAction,
  changePasswordAction,
  renewRecoveryCodesAction,
} from "../actions";

type Props = { recovery: RecoveryView; passwordAt: string | null; now: string };

const fewCodes = 3;

/** What lets you in when a factor is lost, and what you type first. */
export function RecoveryAndPassword({ recovery, passwordAt, now }: Props) {
  return (
    <Card title="Recovery codes and password">
      <CardRow
        lead={<LifeBuoy aria-hidden="true" className="mt-0.5 size-4 flex-none text-ink-3" />}
        end={<Renew first={recovery.made === 0} />}
      >
        <span className="font-medium">Recovery codes</span>
        <span className={recovery.left < fewCodes ? "text-warn" : "text-ink-2"}>{leftText(recovery)}</span>
        {recovery.madeAt === null ? null : (
          <span className="text-ink-3">
            Made <RelativeMoment at={recovery.madeAt} now={now} />
          </span>
        )}
      </CardRow>
      <CardRow
        lead={<RectangleEllipsis aria-hidden="true" className="mt-0.5 size-4 flex-none text-ink-3" />}
        end={passwordAt === null ? null : <ChangePassword />}
      >
        <span className="font-medium">Password</span>
        {passwordAt === null ? (
          <span className="text-ink-2">None: you sign in through your identity provider.</span>
        ) : (
          <span className="text-ink-3">
            Set <RelativeMoment at={passwordAt} now={now} />
          </span>
        )}
      </CardRow>
    </Card>
  );
}

function leftText({ made, left }: RecoveryView): string {
  if (made === 0) return "None yet: without them a lost factor takes an administrator to replace.";
  return left === 0 ? "All of them are used. Make new ones." : `${left} of ${made} left.`;
}

function Renew({ first }: { first: boolean }) {
  const [open, setOpen] = useState(false);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const toggle = (next: boolean) => {
    setOpen(next);
    setCodes(null);
  };
  return (
    <Dialog
      open={open}
      onOpenChange={toggle}
      trigger={
        <Button variant="quiet" size="small">
          {first ? "Make codes" : "Make new codes"}
        </Button>
      }
      title={codes === null ? "Make recovery codes" : "Your recovery codes"}
      description={
        codes === null && !first ? "The codes you have now stop working as soon as the new ones are made." : undefined
      }
    >
      {codes === null ? (
        <ProveForm<{ codes: string[] }>
          action={renewRecoveryCodesAction}
          begin={askRenewalAction}
          finish={answerProofAction}
          label="Confirm and make codes"
          onDone={(made) => setCodes(made?.codes ?? [])}
        />
      ) : (
        <div className="grid gap-4">
          <RecoveryCodes codes={codes} />
          <div>
            <Button variant="primary" onClick={() => toggle(false)}>
              I have kept them
            </Button>
          </div>
        </div>
      )}
    </Dialog>
  );
}

function ChangePassword() {
  const [open, setOpen] = useState(false);
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button variant="quiet" size="small">
          Change password
        </Button>
      }
      title="Change your password"
      description="Your other sessions end."
    >
      <ProveForm
        action={changePasswordAction}
        begin={askPasswordChangeAction}
        finish={answerProofAction}
        label="Confirm and change"
        onDone={() => setOpen(false)}
      >
        <Field name="currentPassword" label="Password now" required>
          <Input type="password" autoComplete="current-password" />
        </Field>
        <Field
          name="newPassword"
          label="New password"
          hint="At least 15 characters. A short sentence does well."
          required
        >
          <Input type="password" autoComplete="new-password" minLength={15} maxLength={256} />
        </Field>
      </ProveForm>
    </Dialog>
  );
}
