import {
  factorText,
  groupsText,
  lacking,
  stillOpen,
  votesText,
} from "@/app/(console)/approvals/_components/request-words";
import { StatusGlyph } from "@/components/status/glyph";
import type { StatusKind } from "@/components/status/kind";
import { Card, CardRow } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import { Moment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { TextLink } from "@/components/ui/text-link";
import type { ApprovalPage } from "@/lib/approvals/view";
import { durationText } from "@/lib/core/words";

type Vote = ApprovalPage["votes"][number];

/** Who has voted, in whose place, on which revision and with what; who still can; and whether that is enough. */
export function Voters({ request }: { request: ApprovalPage }) {
  const { votes, me } = request;
  const pending = request.state === "pending";
  const missing = pending ? lacking(request) : [];
  return (
    <Card
      title={request.neededTotal === 0 ? "Needs no vote" : `${request.agreed} of ${request.neededTotal} agree`}
      more={request.restoreId ? <TextLink href={`/restores/${request.restoreId}`}>Open restore</TextLink> : null}
    >
      <CardRow>
        <span className="text-ink-2">
          {request.neededTotal === 0
            ? request.singleOperator
              ? "Nobody else was asked: single-operator mode was on."
              : "A place kept isolated asks nobody else."
            : `Asks for ${votesText(request.needed)}, each with ${factorText(request.rule.factors)}. ${
                request.rule.denyThreshold === 1 ? "One refusal" : `${request.rule.denyThreshold} refusals`
              } ends it.`}
        </span>
      </CardRow>
      {missing.length > 0 ? (
        <CardRow lead={<StatusGlyph kind="bad" label="out of reach" className="mt-1" />}>
          <b className="font-medium">Out of reach</b>
          <span className="text-ink-2">
            Even if everybody agreed who could, {votesText(missing)} would be missing. An administrator gives roles
            under Settings, People; factors are added under Account.
          </span>
        </CardRow>
      ) : null}
      {votes.map((vote) => (
        <VoteRow key={`${vote.voterId}${vote.revision}`} vote={vote} request={request} />
      ))}
      {(pending ? stillOpen(request) : []).map((person) => (
        <CardRow key={person.id} lead={<StatusGlyph kind="none" label="has not voted" className="mt-1" />}>
          <b className="font-medium">{person.id === me ? "You" : <NameText text={person.displayName} length={60} />}</b>
          <span className="text-ink-3">
            {groupsText(person.groups)}, {chanceOf(person, request)}
          </span>
        </CardRow>
      ))}
    </Card>
  );
}

/** What somebody who has not voted could still do. */
function chanceOf({ groups, able }: ApprovalPage["eligible"][number], { needed, rule }: ApprovalPage): string {
  if (!able) return `holds no ${factorText(rule.factors).replace(/^a /, "")} yet`;
  return needed.some(({ group }) => groups.includes(group)) ? "can still vote" : "not asked here, but may refuse";
}

const proofWords = { passkey: "a passkey", totp: "a code" } as const;

function standingOf({ verdict, revision, withdrawnAt, voterId }: Vote, request: ApprovalPage) {
  const old = revision !== request.revision;
  const lost = verdict === "approve" && !old && !withdrawnAt && !request.counted.includes(voterId);
  const dead = old || withdrawnAt !== null || lost;
  const kind: StatusKind = dead ? "none" : verdict === "approve" ? "ok" : "bad";
  return { old, lost, dead, kind };
}

function VoteRow({ vote, request }: { vote: Vote; request: ApprovalPage }) {
  const { old, lost, dead, kind } = standingOf(vote, request);
  const agreed = vote.verdict === "approve";
  return (
    <CardRow lead={<StatusGlyph kind={kind} label={agreed ? "agreed" : "refused"} className="mt-1" />}>
      <b className={cn("font-medium", dead && "text-ink-3 line-through")}>
        {vote.voterId === request.me ? "You" : <NameText text={vote.voter} length={60} />}
      </b>
      {vote.onBehalfOf ? (
        <span className="text-ink-2">
          in the place of <NameText text={vote.onBehalfOf} length={60} />
        </span>
      ) : null}
      <span className={cn("text-ink-3", vote.withdrawnAt && "line-through")}>
        {agreed ? "approved" : "refused"} <Moment at={vote.at} /> with {proofWords[vote.factor]}
        {old ? `; revision ${vote.revision}, counts no more` : ""}
      </span>
      {vote.withdrawnAt ? (
        <span className="text-ink-2">
          taken back <Moment at={vote.withdrawnAt} />
        </span>
      ) : null}
      {lost ? <span className="text-warn">The role behind this vote is gone; it counts no more.</span> : null}
      {vote.reason ? <NameText text={vote.reason} className="text-ink-2" /> : null}
    </CardRow>
  );
}

/** How the last restore of the same system went. */
export function BeforeThis({ last }: { last: ApprovalPage["lastRestore"] }) {
  const took = last?.rtaSeconds == null ? "" : ` in ${durationText(last.rtaSeconds)}`;
  return (
    <Card title="Before this">
      <CardRow>
        <span>Last restore of this system</span>
        <span className="text-ink-2">
          {last ? <TextLink href={`/restores/${last.id}`}>{`${last.state}${took}`}</TextLink> : "none is known"}
        </span>
      </CardRow>
    </Card>
  );
}
