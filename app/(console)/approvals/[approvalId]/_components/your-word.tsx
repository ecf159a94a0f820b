import { Banner } from "@/components/ui/banner";
import { Card } from "@/components/ui/card";
import type { ApprovalPage } from "@/lib/approvals/view";
import { VoteForms } from "./vote-forms";

/** Where a person votes, or reads why they do not. */
export function YourWord({ request }: { request: ApprovalPage }) {
  const why = reason(request);
  return (
    <Card title="Your word" padded>
      {why ? (
        <Banner kind="none">{why}</Banner>
      ) : (
        <VoteForms approvalId={request.id} requester={request.requester} words={request.words} />
      )}
    </Card>
  );
}

function reason({ mine, voted, mayVote }: ApprovalPage): string | null {
  if (mine) return "Nobody approves their own request. Others have been asked.";
  if (voted) return "You have voted on this revision.";
  return mayVote ? null : "Only people with the approver role vote.";
}
