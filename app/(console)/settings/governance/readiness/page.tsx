import type { Metadata } from "next";
import { factorText, groupsText } from "@/app/(console)/approvals/_components/request-words";
import { StatusBadge } from "@/components/status/status-badge";
import { Banner } from "@/components/ui/banner";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";
import { Countdown, Moment, RelativeMoment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { DataTable } from "@/components/ui/table";
import { may } from "@/lib/access/permissions";
import { show } from "@/lib/access/show";
import { type LevelRule, totalVotes, type VoterGroup } from "@/lib/approvals/rules";
import { plural } from "@/lib/core/words";
import { getGovernance, getMyDrill, getReadiness } from "@/lib/governance/data";
import { hoursText, isReady, type Readiness, uncoveredHours } from "@/lib/governance/rules";
import { AnswerDrill, StartDrill } from "../_components/drill-forms";
import { GovernanceHead } from "../_components/governance-head";
import { holdsProof } from "../_components/level-words";

export const metadata: Metadata = { title: "Readiness of approvers" };

/** Whether approvers can still approve, and at which hours nobody could be asked. */
export default async function ReadinessPage() {
  const { people, drill, now, mine, rule, gravest, starts, mayInvite } = await show(async (actor) => {
    const [readiness, { levels }, mine] = await Promise.all([
      getReadiness(actor, {}),
      getGovernance(actor, {}),
      may(actor, "approval:drill") ? getMyDrill(actor, {}) : null,
    ]);
    const [starts, mayInvite] = [may(actor, "policy:edit"), may(actor, "people:edit")];
    return { ...readiness, mine, rule: levels[1], gravest: levels[0], starts, mayInvite };
  });
  const at = new Date(now);
  const ready = people.filter((person) => isReady(person, at));
  return (
    <>
      <GovernanceHead
        current="readiness"
        kind={people.length === 0 ? "none" : ready.length === people.length ? "ok" : "warn"}
        title={
          people.length === 0
            ? "Nobody could approve anything yet."
            : `${ready.length} of ${plural(people.length, "approver")} proved within 30 days that they can vote.`
        }
        sub={<Coverage people={people} rule={rule} at={at} />}
        actions={starts && people.length > 0 ? <StartDrill /> : null}
      />
      {mine ? (
        <Card title="A drill waits for you" padded className="border-lock/50">
          <div className="grid gap-3">
            <p className="text-ink-2">
              Show that your factor works, as you would for a vote. Nothing is at stake, and nothing is approved. You
              have <Countdown at={mine.closesAt} now={now} over="no time" /> left.
            </p>
            <AnswerDrill drillId={mine.id} />
          </div>
        </Card>
      ) : null}
      {drill ? (
        <Banner kind={drill.open ? "run" : "none"}>
          {drill.open ? "A drill is open" : "The last drill is over"}: begun <Moment at={drill.startedAt} />,{" "}
          {people.filter(({ answered }) => answered).length} of {plural(people.length, "approver")} answered
          {drill.open ? (
            <>
              ; it ends in <Countdown at={drill.closesAt} now={now} over="a moment" />
            </>
          ) : null}
          .
        </Banner>
      ) : (
        <Banner kind="none">No drill was held yet. One starts by itself each month.</Banner>
      )}
      <Card>
        <DataTable
          caption="People who vote"
          rows={people}
          rowKey={({ id }) => id}
          empty={
            <EmptyState
              title="No approver has enrolled"
              action={mayInvite ? <LinkButton href="/settings/people">Invite somebody</LinkButton> : undefined}
            >
              A request that nobody could approve is refused at once. Invite people with the approver roles and have
              them enrol a factor.
            </EmptyState>
          }
          columns={[
            {
              key: "who",
              header: "Who",
              cell: (person) => (
                <>
                  <NameText text={person.name} length={60} className="font-medium" />
                  <div className="text-ink-3">{groupsText(person.groups)}</div>
                </>
              ),
            },
            { key: "factors", header: "Holds", cell: (person) => holdings(person, gravest) },
            { key: "zone", header: "Clock", nowrap: true, cell: ({ timeZone }) => timeZone.replaceAll("_", " ") },
            {
              key: "proven",
              header: "Last proven",
              nowrap: true,
              cell: ({ lastProvenAt }) =>
                lastProvenAt === null ? "never" : <RelativeMoment at={lastProvenAt} now={now} />,
            },
            {
              key: "ready",
              header: "Ready",
              cell: (person) =>
                isReady(person, at) ? (
                  <StatusBadge kind="ok">ready</StatusBadge>
                ) : (
                  <StatusBadge kind="warn">not proven lately</StatusBadge>
                ),
            },
            {
              key: "drill",
              header: "This drill",
              cell: ({ answered }) =>
                drill === null ? "–" : answered ? "answered" : drill.open ? "not yet" : "did not answer",
            },
          ]}
        />
      </Card>
    </>
  );
}

/** What somebody votes with, and what they could not vote on for want of it. */
function holdings(person: Readiness, gravest: LevelRule) {
  const { passkeys, devicePasskeys, totps } = person;
  const held = [
    ...(passkeys > 0 ? [`${plural(passkeys, "passkey")}, ${devicePasskeys} bound to a device`] : []),
    ...(totps > 0 ? ["an authenticator app"] : []),
  ].join("; ");
  return (
    <div>
      {held || "nothing"}
      {holdsProof(person, gravest) ? null : (
        <div className="text-warn">no vote on level 0: without {factorText(gravest.factors)}</div>
      )}
    </div>
  );
}

const groups: readonly VoterGroup[] = ["approver", "security_approver"];

/** The hours at which a production restore would wait for people to wake. */
function Coverage({ people, rule, at }: { people: readonly Readiness[]; rule: LevelRule; at: Date }) {
  if (people.length === 0 || totalVotes(rule.votes) === 0) return null;
  const gaps = groups.flatMap((group) => {
    const needed = rule.votes.find((vote) => vote.group === group)?.count ?? 0;
    const zones = people.filter((person) => person.groups.includes(group)).map(({ timeZone }) => timeZone);
    return needed === 0 ? [] : uncoveredHours(zones, needed, at);
  });
  const hours = [...new Set(gaps)].sort((one, other) => one - other);
  return hours.length === 0
    ? "At every hour enough of them are awake, between 7 and 22 o'clock of their own, for a production restore."
    : `Too few of them are awake for a production restore at these hours: ${hoursText(hours)}. Awake is 7 to 22 o'clock of their own.`;
}
