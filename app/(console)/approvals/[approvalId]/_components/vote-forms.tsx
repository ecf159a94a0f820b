"use client";
import { useState } from "react";
import { groupsText } from "@/app/(console)/approvals/_components/request-words";
import { ProveForm } from "@/components/step-up/prove";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { FingerprintWords } from "@/components/ui/fingerprint-words";
import { RadioCards } from "@/components/ui/radio-cards";
import { Textarea } from "@/components/ui/textarea";
import type { ApprovalDetail } from "@/lib/approvals/view";
import { answerVoteAction, askVoteAction, castVoteAction } from "../../actions";

type Props = {
  approvalId: string;
  requester: string;
  words: string[];
  /** Whether the person has a vote of their own here. */
  own: boolean;
  /** Whose votes they may cast instead. */
  places: ApprovalDetail["inPlaceOf"];
  /** The request was forced: only a refusal still counts. */
  veto: boolean;
  /** Which proof a vote takes. */
  takes: string;
  codes: boolean;
};

/** Agree or refuse, each with a proof of presence for this very revision. */
export function VoteForms(props: Props) {
  const { approvalId, requester, words, veto, codes } = props;
  const [refusing, setRefusing] = useState(veto);
  const proof = { action: castVoteAction, begin: askVoteAction, finish: answerVoteAction, codes };
  if (refusing)
    return (
      <div className="grid gap-3">
        <ProveForm
          {...proof}
          label={veto ? "Veto this restore" : "Refuse this request"}
          danger
          fields={{ approvalId, verdict: "reject" }}
        >
          <Whose {...props} />
          <Field name="reason" label="Why" hint={`${requester} reads this. At least 10 characters.`} required>
            <Textarea name="reason" rows={3} maxLength={2_000} />
          </Field>
        </ProveForm>
        {veto ? null : (
          <div>
            <Button variant="quiet" onClick={() => setRefusing(false)}>
              Back to the choice
            </Button>
          </div>
        )}
      </div>
    );
  return (
    <div className="grid gap-3">
      <p className="text-ink-2">
        Compare <FingerprintWords words={words} /> with what {requester} sees before you decide.
      </p>
      <ProveForm {...proof} label="Approve" fields={{ approvalId, verdict: "approve" }}>
        <Whose {...props} />
      </ProveForm>
      <div className="flex flex-wrap items-center gap-3">
        <Button variant="default" onClick={() => setRefusing(true)}>
          Refuse…
        </Button>
        <span className="text-ink-3">A vote takes {props.takes}.</span>
      </div>
    </div>
  );
}

/** Whose vote is cast; asked only where there is a choice or it is not one's own. */
function Whose({ own, places }: Pick<Props, "own" | "places">) {
  if (places.length === 0) return null;
  const given = places.map(({ delegatorId, delegator, group }) => ({
    value: delegatorId,
    title: `In the place of ${delegator}`,
    text: `Counts as their vote as ${groupsText([group])}. Each person votes once.`,
  }));
  const mine = { value: "", title: "My own vote", text: "Counts as yours." };
  return (
    <RadioCards
      name="onBehalfOf"
      legend="Whose vote"
      required
      defaultValue={own ? "" : (given[0]?.value ?? "")}
      choices={own ? [mine, ...given] : given}
    />
  );
}
