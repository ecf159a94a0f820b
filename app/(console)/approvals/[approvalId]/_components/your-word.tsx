import { factorText, isUntouched, isVetoOpen, wordOf } from "@/app/(console)/approvals/_components/request-words";
import { Banner } from "@/components/ui/banner";
import { Card } from "@/components/ui/card";
import { Moment } from "@/components/ui/moment";
import type { ApprovalPage } from "@/lib/approvals/view";
import { TakeBack } from "./take-back";
import { VoteForms } from "./vote-forms";

/** Where a person votes, takes their vote back, or reads why they do not vote. */
export function YourWord({ request }: { request: ApprovalPage }) {
  const veto = isVetoOpen(request);
  const open = request.state === "pending" || veto;
  const { cast, own, places } = wordOf(request);
  const mayTakeBack =
    cast !== null &&
    cast.withdrawnAt === null &&
    ["pending", "approved"].includes(request.state) &&
    isUntouched(request);
  if (!open && !mayTakeBack) return null;
  return (
    <Card title={veto ? "Your veto" : "Your word"} padded>
      {cast ? (
        <Cast cast={cast} {...(mayTakeBack ? { approvalId: request.id } : {})} />
      ) : request.mine || !(own || places.length > 0) ? (
        <Banner kind="none">{whyNot(request)}</Banner>
      ) : (
        <VoteForms
          approvalId={request.id}
          requester={request.requester}
          words={request.words}
          own={own}
          places={places}
          veto={veto}
          takes={factorText(request.rule.factors)}
          codes={request.rule.factors.includes("totp")}
        />
      )}
    </Card>
  );
}

function Cast({ cast, approvalId }: { cast: ApprovalPage["votes"][number]; approvalId?: string }) {
  const did = cast.verdict === "approve" ? "approved" : "refused";
  const place = cast.onBehalfOf ? ` in the place of ${cast.onBehalfOf}` : "";
  if (cast.withdrawnAt)
    return (
      <Banner kind="none">
        You {did} this{place} and took your vote back <Moment at={cast.withdrawnAt} />. On this wording it stays that
        way.
      </Banner>
    );
  return (
    <div className="grid gap-3">
      <p>
        You {did} this{place} <Moment at={cast.at} />.
      </p>
      {approvalId ? <TakeBack approvalId={approvalId} /> : null}
    </div>
  );
}

function whyNot(request: ApprovalPage): string {
  if (request.mine) return "Nobody approves their own request. Others have been asked.";
  if (wordOf(request).spokenFor) return "Somebody you gave your vote to has cast it in your place.";
  const over = request.change ? "over everything" : "over this system";
  return `Only people with the approver role ${over} vote, or whoever was given such a vote for a time.`;
}
