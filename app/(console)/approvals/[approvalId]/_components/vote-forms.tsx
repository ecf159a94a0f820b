"use client";
import { useState } from "react";
import { ProveForm } from "@/components/step-up/prove";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { FingerprintWords } from "@/components/ui/fingerprint-words";
import { Textarea } from "@/components/ui/textarea";
import { answerVoteAction, askVoteAction, castVoteAction } from "../../actions";

type Props = { approvalId: string; requester: string; words: string[] };

/** Agree or refuse, each with a proof of presence for this very revision. */
export function VoteForms({ approvalId, requester, words }: Props) {
  const [refusing, setRefusing] = useState(false);
  const proof = { action: castVoteAction, begin: askVoteAction, finish: answerVoteAction };
  if (refusing)
    return (
      <div className="grid gap-3">
        <ProveForm {...proof} label="Refuse this request" danger fields={{ approvalId, verdict: "reject" }}>
          <Field name="reason" label="Why" hint={`${requester} reads this. At least 10 characters.`} required>
            <Textarea name="reason" rows={3} maxLength={2_000} />
          </Field>
        </ProveForm>
        <div>
          <Button variant="quiet" onClick={() => setRefusing(false)}>
            Back to the choice
          </Button>
        </div>
      </div>
    );
  return (
    <div className="grid gap-3">
      <p className="text-ink-2">
        Compare these words with {requester} before you decide: <FingerprintWords words={words} />
      </p>
      <ProveForm {...proof} label="Approve" fields={{ approvalId, verdict: "approve" }} />
      <div>
        <Button variant="default" onClick={() => setRefusing(true)}>
          Refuse…
        </Button>
      </div>
    </div>
  );
}
