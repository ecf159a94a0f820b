import { factorText, isUntouched, isVetoOpen, wordOf } from "@/app/(console)/approvals/_components/request-words";
import { Banner } from "@/components/ui/banner";
import { Card } from "@/components/ui/card";
import { Moment } from "@/components/ui/moment";
import { TextLink } from "@/components/ui/text-link";
import type { ApprovalPage } from "@/lib/approvals/view";
import { TakeBack } from "./take-back";
import { VoteForms } from "./vote-forms";

/** Where a person votes, takes their vote back, or reads why they do not vote. */
export function YourWord({ request }: { request: ApprovalPage }) {
  const veto = isVetoOpen(request);
  const { cast } = wordOf(request);
  const mayTakeBack = cast !== null && cast.withdrawnAt === null && isUndecided(request);
  if (request.state !== "pending" && !veto && !mayTakeBack) return null;
  return (
    <Card title={veto ? "Your veto" : "Your word"} padded>
      {cast ? (
        <Cast cast={cast} {...(mayTakeBack ? { approvalId: request.id } : {})} />
      ) : (
        <Ballot request={request} veto={veto} />
      )}
    </Card>
  );
}

const isUndecided = (request: ApprovalPage) => ["pending", "approved"].includes(request.state) && isUntouched(request);

/** The ballot of whoever has a vote here; for everybody else why they have none. */
function Ballot({ request, veto }: { request: ApprovalPage; veto: boolean }) {
  const { own, places } = wordOf(request);
  const { factors } = request.rule;
  if (request.mine || !(own || places.length > 0)) return <Banner kind="none">{whyNot(request)}</Banner>;
  return (
    <div className="grid gap-3">
      {own && !holdsProof(request) ? (
        <Banner kind="warn" action={<TextLink href="/account">Your factors</TextLink>}>
          A vote here takes {factorText(factors)}, and you hold none that is old enough.
        </Banner>
      ) : null}
      <VoteForms
        approvalId={request.id}
        requester={request.requester}
        words={request.words}
        own={own}
        places={places}
        veto={veto}
        takes={factorText(factors)}
        codes={factors.includes("totp")}
      />
    </div>
  );
}

const holdsProof = ({ eligible, me }: ApprovalPage) => eligible.some(({ id, able }) => id === me && able);

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
