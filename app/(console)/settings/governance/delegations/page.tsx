import type { Metadata } from "next";
import { Card } from "@/components/ui/card";
import { may, rolesOf } from "@/lib/access/permissions";
import { show } from "@/lib/access/show";
import type { VoterGroup } from "@/lib/approvals/rules";
import { plural } from "@/lib/core/words";
import { listDelegates, listDelegations } from "@/lib/governance/data";
import { DelegateForm } from "../_components/delegate-form";
import { DelegationsCard } from "../_components/delegations-card";
import { GovernanceHead } from "../_components/governance-head";

export const metadata: Metadata = { title: "Delegations" };

const isVoting = (role: string): role is VoterGroup => role === "approver" || role === "security_approver";

/** Who votes in whose place for now; whoever has a vote gives it away here. */
export default async function DelegationsPage() {
  const { rows, people, groups, me, all, endsAny } = await show(async (actor) => ({
    rows: await listDelegations(actor, {}),
    people: may(actor, "approval:delegate") ? await listDelegates(actor, {}) : [],
    groups: rolesOf(actor).filter(isVoting),
    me: actor.id,
    all: may(actor, "change:read"),
    endsAny: may(actor, "policy:edit"),
  }));
  const isMine = ({ delegatorId, delegateId }: (typeof rows)[number]) => [delegatorId, delegateId].includes(me);
  const mine = rows.filter(isMine);
  const others = rows.filter((row) => !isMine(row));
  const parts = { me, endsAny };
  return (
    <>
      <GovernanceHead
        current="delegations"
        all={all}
        kind={rows.length > 0 ? "lock" : "none"}
        title={
          rows.length === 0
            ? "Everybody votes for themselves."
            : `${plural(rows.length, "vote")} ${rows.length === 1 ? "is" : "are"} given away for now.`
        }
        sub="A vote given away ends by itself, is never given on, and never lets one person count twice."
      />
      <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_380px]">
        <div className="grid min-w-0 gap-5">
          <DelegationsCard
            title="Yours"
            rows={mine}
            none="You gave no vote away, and hold none of others."
            {...parts}
          />
          {all ? (
            <DelegationsCard title="Of others" rows={others} none="Nobody else gave a vote away." {...parts} />
          ) : null}
        </div>
        {groups.length > 0 ? (
          <Card title="Give my vote to somebody" padded>
            <DelegateForm people={people} groups={groups} />
          </Card>
        ) : null}
      </div>
    </>
  );
}
