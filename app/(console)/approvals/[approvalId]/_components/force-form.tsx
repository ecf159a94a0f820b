"use client";
import { useRouter } from "next/navigation";
import { ProveForm } from "@/components/step-up/prove";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Textarea } from "@/components/ui/textarea";
import { answerVoteAction, askForceAction, forceApprovalAction } from "../../actions";

/** Forces a restore past its votes: an incident, a reason, the target's name typed, and a key bound to its device. */
export function ForceForm({ approvalId, target, label }: { approvalId: string; target: string; label: string }) {
  const router = useRouter();
  return (
    <ProveForm
      action={forceApprovalAction}
      begin={askForceAction}
      finish={answerVoteAction}
      label={label}
      danger
      codes={false}
      fields={{ approvalId }}
      onDone={() => router.push(`/approvals/${approvalId}`)}
    >
      <Field name="incidentRef" label="Incident" hint="Its number where you keep incidents." required>
        <Input maxLength={120} autoComplete="off" />
      </Field>
      <Field
        name="reason"
        label="Why this cannot wait for votes"
        hint="At least 30 characters. Everybody reads this, and two people review it."
        required
      >
        <Textarea rows={3} maxLength={2_000} />
      </Field>
      <Field
        name="typed"
        label={
          <>
            Type <b>{target}</b>
          </>
        }
        hint="The name of what this writes to, exactly as it stands."
        required
      >
        <Input maxLength={300} autoComplete="off" spellCheck={false} autoCapitalize="off" />
      </Field>
    </ProveForm>
  );
}
