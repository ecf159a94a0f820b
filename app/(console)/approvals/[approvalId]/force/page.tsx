import type { Metadata } from "next";
import { votesText } from "@/app/(console)/approvals/_components/request-words";
import { ForceForm } from "@/app/(console)/approvals/[approvalId]/_components/force-form";
import { PlanFacts } from "@/app/(console)/restores/[restoreId]/_components/plan-facts";
import { Banner } from "@/components/ui/banner";
import { Card } from "@/components/ui/card";
import { NameText } from "@/components/ui/name-text";
import { PageHeader } from "@/components/ui/page-header";
import { TextLink } from "@/components/ui/text-link";
import { may } from "@/lib/access/permissions";
import { show } from "@/lib/access/show";
import { getApproval } from "@/lib/approvals/data";
import { durationText } from "@/lib/core/words";
import { getStanding } from "@/lib/governance/data";

export const metadata: Metadata = { title: "Force a restore past its votes" };

const breakGlassSeconds = 600;

/** Forcing a restore past its votes: a page of its own, because it is the gravest thing one person can do here. */
export default async function ForcePage({ params }: PageProps<"/approvals/[approvalId]/force">) {
  const { approvalId } = await params;
  const { request, plan, overdueReviews } = await show(async (actor) => {
    if (!may(actor, "approval:force")) return null;
    const [request, { overdueReviews }] = await Promise.all([
      getApproval(actor, { approvalId }),
      getStanding(actor, {}),
    ]);
    return request?.plan ? { request, plan: request.plan, overdueReviews } : null;
  });
  const target = plan.items[0]?.target.name ?? "";
  const coolsFor = request.rule.breakGlassCoolDownSeconds ?? breakGlassSeconds;
  const why = whyNot(request.state, overdueReviews);
  return (
    <>
      <PageHeader
        kind="lock"
        crumbs={[
          { label: "Approvals", href: "/approvals" },
          { label: request.handle, href: `/approvals/${request.id}` },
          { label: "Force" },
        ]}
        title={
          <>
            Force the restore of <NameText text={plan.system.name} length={60} /> past its votes
          </>
        }
        sub={`It asks for ${votesText(request.needed)}, and ${request.agreed} agree. Votes are skipped, and nothing else is.`}
      />
      <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_340px]">
        <div className="grid min-w-0 gap-5">
          <Card title="In an emergency" padded className="border-bad/50">
            {why ? (
              <Banner kind="none" action={<TextLink href={`/approvals/${request.id}`}>Back to the request</TextLink>}>
                {why}
              </Banner>
            ) : (
              <ForceForm approvalId={request.id} target={target} label={`Force the restore to ${target}`} />
            )}
          </Card>
          <Card title="What will run" padded>
            <PlanFacts plan={plan} />
          </Card>
        </div>
        <div className="grid gap-5">
          <Card title="What happens then" padded>
            <ul className="grid list-disc gap-1.5 pl-4 text-ink-2">
              <li>Everybody is told at once, and the restore carries this mark for ever.</li>
              <li>
                {coolsFor === 0
                  ? `${request.requester} may start it at once.`
                  : `For ${durationText(coolsFor)} any approver may veto it; then ${request.requester} may start it.`}
              </li>
              <li>Two people who neither asked nor forced review it within 24 hours.</li>
              <li>While a review is overdue nothing else can be forced.</li>
            </ul>
          </Card>
        </div>
      </div>
    </>
  );
}

function whyNot(state: string, overdueReviews: number): string | null {
  if (state !== "pending") return `This request is ${state}; only one that waits for votes can be forced.`;
  return overdueReviews > 0
    ? "A forced request waits for its review longer than 24 hours. Until two people have reviewed it, nothing else is forced."
    : null;
}
