import type { Metadata } from "next";
import { Legend } from "@/components/status/legend";
import { PageHeader } from "@/components/ui/page-header";
import { TextLink } from "@/components/ui/text-link";
import { may } from "@/lib/access/permissions";
import { show } from "@/lib/access/show";
import { listWaiting } from "@/lib/approvals/data";
import { listOverpowered } from "@/lib/connections/data";
import { getActivity } from "@/lib/health/activity";
import { getHome } from "@/lib/health/data";
import { AttentionList } from "./_components/attention-list";
import { FirstSteps } from "./_components/first-steps";
import { LiveRefresh } from "./_components/live-refresh";
import { OverpoweredRoles } from "./_components/overpowered-roles";
import { RunningCard, UpcomingCard, WaitingCard } from "./_components/side-cards";
import { TierTable } from "./_components/tier-table";

export const metadata: Metadata = { title: "Can we recover?" };

/** Home: can we recover? */
export default async function HomePage() {
  const { home, activity, waiting, overpowered, mayConnect, mayEdit } = await show(async (actor) => {
    const [home, activity, waiting, overpowered] = await Promise.all([
      getHome(actor, {}),
      getActivity(actor, {}),
      listWaiting(actor, {}),
      listOverpowered(actor, {}),
    ]);
    return {
      home,
      activity,
      waiting,
      overpowered,
      mayConnect: may(actor, "connection:edit"),
      mayEdit: may(actor, "estate:edit"),
    };
  });
  const { verdict, tiers, attention, setup, figures } = home;
  const begun = figures.expected + figures.parked > 0;
  return (
    <>
      <LiveRefresh url="/api/live/home" />
      <PageHeader
        kind={verdict.kind}
        title={verdict.sentence}
        sub={
          <>
            {verdict.detail} {begun ? <TextLink href="/settings/tiers#rules">How this is decided</TextLink> : null}
          </>
        }
      />
      <OverpoweredRoles connections={overpowered} />
      {begun ? <TierTable tiers={tiers} /> : null}
      <div className="grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_21.25rem]">
        {begun ? (
          <AttentionList rows={attention.rows} total={attention.total} />
        ) : (
          <FirstSteps setup={setup} mayConnect={mayConnect} mayEdit={mayEdit} />
        )}
        <div className="grid gap-6 max-xl:md:grid-cols-2">
          <WaitingCard
            now={home.now}
            waiting={waiting.map((request) => ({
              id: request.id,
              what: request.title,
              requester: request.requester,
              expiresAt: request.approvalExpiresAt,
            }))}
          />
          <RunningCard work={activity.running} total={activity.runningTotal} now={activity.now} />
          <UpcomingCard upcoming={activity.upcoming} now={activity.now} />
        </div>
      </div>
      {begun ? <Legend /> : null}
    </>
  );
}
