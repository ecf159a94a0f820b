import { StatusGlyph } from "@/components/status/glyph";
import type { StatusKind } from "@/components/status/kind";
import { Card, CardRow } from "@/components/ui/card";
import { Moment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { TextLink } from "@/components/ui/text-link";
import type { ApprovalPage } from "@/lib/approvals/view";
import { durationText } from "@/lib/core/words";

type Vote = ApprovalPage["votes"][number];

/** Who has voted, on which revision and with what, and who still can. */
export function Voters({ request }: { request: ApprovalPage }) {
  const { votes, revision, me, eligible } = request;
  const voted = (id: string) => votes.some((vote) => vote.voterId === id && vote.revision === revision);
  const open = request.state === "pending" ? eligible.filter(({ id }) => !voted(id)) : [];
  return (
    <Card
      title={request.neededTotal === 0 ? "Needs no vote" : `${request.agreed} of ${request.neededTotal} agree`}
      more={request.restoreId ? <TextLink href={`/restores/${request.restoreId}`}>Open restore</TextLink> : null}
    >
      {votes.map((vote) => (
        <VoteRow key={`${vote.voterId}${vote.revision}`} vote={vote} current={vote.revision === revision} me={me} />
      ))}
      {open.map(({ id, displayName, groups }) => (
        <CardRow key={id} lead={<StatusGlyph kind="none" label="has not voted" className="mt-1" />}>
          <b className="font-medium">{id === me ? "You" : displayName}</b>
          <span className="text-ink-3">{groups.join(", ").replaceAll("_", " ")}</span>
        </CardRow>
      ))}
    </Card>
  );
}

function VoteRow({ vote, current, me }: { vote: Vote; current: boolean; me: string }) {
  const agreed = vote.verdict === "approve";
  const kind: StatusKind = current ? (agreed ? "ok" : "bad") : "none";
  return (
    <CardRow lead={<StatusGlyph kind={kind} label={agreed ? "agreed" : "refused"} className="mt-1" />}>
      <b className="font-medium">{vote.voterId === me ? "You" : vote.voter}</b>
      <span className="text-ink-3">
        {agreed ? "approved" : "refused"} <Moment at={vote.at} /> with{" "}
        {vote.factor === "passkey" ? "a passkey" : "a code"}
        {current ? "" : `; revision ${vote.revision}, counts no more`}
      </span>
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
