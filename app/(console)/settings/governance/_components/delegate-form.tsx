"use client";
import { useState } from "react";
import { groupsText } from "@/app/(console)/approvals/_components/request-words";
import { GovernedForm } from "@/components/step-up/governed";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import type { VoterGroup } from "@/lib/approvals/rules";
import { answerProofAction, askDelegationAction, delegateVoteAction } from "../actions";

type Props = { people: readonly { id: string; displayName: string }[]; groups: readonly VoterGroup[] };

/** Gives one's vote to somebody for a time. */
export function DelegateForm({ people, groups }: Props) {
  const [given, setGiven] = useState(0);
  const [gravest, setGravest] = useState(false);
  return (
    <GovernedForm
      key={given}
      action={delegateVoteAction}
      begin={askDelegationAction}
      finish={answerProofAction}
      label={gravest ? "Ask to give my vote" : "Give my vote"}
      asks={gravest}
      onApplied={() => setGiven((count) => count + 1)}
    >
      <Field name="delegateId" label="To whom" hint="Somebody with a factor of their own." required>
        <Select defaultValue="">
          <option value="" disabled>
            Choose somebody
          </option>
          {people.map(({ id, displayName }) => (
            <option key={id} value={id}>
              {displayName}
            </option>
          ))}
        </Select>
      </Field>
      <Field name="group" label="Which vote" required>
        <Select>
          {groups.map((group) => (
            <option key={group} value={group}>
              As {groupsText([group])}
            </option>
          ))}
        </Select>
      </Field>
      <Field name="days" label="For how many days" hint="At most 14; it ends by itself." required>
        <Input type="number" min={1} max={14} step={1} defaultValue={7} />
      </Field>
      <Field name="reason" label="What for" hint="Such as “on leave until 4 December”." required>
        <Input maxLength={500} autoComplete="off" />
      </Field>
      <Checkbox
        name="coversLevelZero"
        value="on"
        checked={gravest}
        onChange={(event) => setGravest(event.currentTarget.checked)}
        label="Also on level 0"
        hint="Other people agree to that first. Without it your vote on the gravest requests stays yours alone."
      />
      <p className="text-ink-2">
        Confirm with a passkey: a vote that is given by a one-time code counts only where votes take one.
      </p>
    </GovernedForm>
  );
}
