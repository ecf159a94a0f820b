import type { Metadata } from "next";
import { forbidden } from "next/navigation";
import { StatusBadge } from "@/components/status/status-badge";
import { Banner } from "@/components/ui/banner";
import { Card } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { type Fact, Facts } from "@/components/ui/facts";
import { Moment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { PageHeader } from "@/components/ui/page-header";
import { TextLink } from "@/components/ui/text-link";
import { may } from "@/lib/access/permissions";
import { show, signedIn } from "@/lib/access/show";
import { getAuditEvent } from "@/lib/audit/data";
import { actorWords, targetWords } from "@/lib/audit/rules";
import { plural } from "@/lib/core/words";
import { outcomeStanding } from "../_components/outcome";

export const metadata: Metadata = { title: "Audit event" };

type Event = NonNullable<Awaited<ReturnType<typeof getAuditEvent>>>;
type Body = NonNullable<Event["body"]>;

const mono = (text: string) => <code className="font-mono text-sm">{text}</code>;

const factorWords: Record<string, string> = { pwd: "password", otp: "one-time code", pop: "passkey" };

function factsOf(event: Event, body: Body): Fact[] {
  const { actor, target, request } = body;
  const href = event.targetHref;
  const thing = <NameText text={targetWords(target, event.names.target)} length={90} />;
  const who = <NameText text={actorWords(actor, event.names.actor)} length={90} />;
  const amr = actor.amr?.flatMap((way) => factorWords[way] ?? []).join(", ");
  return [
    {
      term: "Who",
      detail: actor.type === "user" ? <TextLink href={`/audit?person=${actor.id}`}>{who}</TextLink> : who,
    },
    ...(amr ? [{ term: "Signed in with", detail: amr }] : []),
    ...(actor.ip ? [{ term: "From", detail: mono(actor.ip) }] : []),
    {
      term: "Action",
      detail: <TextLink href={`/audit?action=${encodeURIComponent(body.action)}`}>{mono(body.action)}</TextLink>,
    },
    {
      term: "About",
      detail: (
        <>
          {href === null ? thing : <TextLink href={href}>{thing}</TextLink>}
          <span className="text-ink-3">
            {" · "}
            <TextLink href={`/audit?target=${encodeURIComponent(target.id)}`}>all events about it</TextLink>
          </span>
        </>
      ),
    },
    {
      term: "Outcome",
      detail: <StatusBadge kind={outcomeStanding[body.outcome].kind}>{outcomeStanding[body.outcome].text}</StatusBadge>,
    },
    ...(body.breakGlass ? [{ term: "Break-glass", detail: "done without the votes it needs" }] : []),
    ...(body.singleOperator ? [{ term: "Mode", detail: "single operator: one person may ask and agree" }] : []),
    ...(body.reason ? [{ term: "Reason", detail: <NameText text={body.reason} /> }] : []),
    { term: "Happened", detail: <Moment at={body.ts} precision="second" /> },
    { term: "Written down", detail: <Moment at={event.at} precision="second" /> },
    ...(request.id ? [{ term: "Request", detail: mono(request.id) }] : []),
  ];
}

/** What proved that it was them: the kind of factor, the grant that was spent, and whether the assertion is kept. */
function Evidence({ body }: { body: Body }) {
  const { evidence } = body;
  if (!evidence) {
    return <p className="text-ink-2">No step-up was asked for: this rests on the session it came from.</p>;
  }
  const text = (key: string) => (typeof evidence[key] === "string" ? evidence[key] : "not kept");
  const kept = evidence.assertion !== undefined && evidence.assertion !== null;
  const kind = text("kind") === "passkey" ? "Passkey" : text("kind") === "totp" ? "Authenticator app" : text("kind");
  return (
    <Facts
      facts={[
        { term: "Factor", detail: kind },
        { term: "Its id", detail: mono(text("factorId")) },
        { term: "Grant spent", detail: mono(text("grantId")) },
        {
          term: "Assertion",
          detail: (
            <StatusBadge kind={kept ? "ok" : "none"}>
              {kept ? "kept in the event, and can be verified again" : "this factor leaves none"}
            </StatusBadge>
          ),
        },
      ]}
    />
  );
}

function Seal({ event }: { event: Event }) {
  const { leaf, sealed } = event;
  return (
    <Facts
      facts={[
        { term: "Hash kept", detail: mono(leaf.stored) },
        { term: "Hash now", detail: mono(leaf.computed) },
        {
          term: "Verdict",
          detail: (
            <StatusBadge kind={leaf.matches ? "ok" : "bad"} strong>
              {leaf.matches ? "the text is as it was written" : "the text is not what was written"}
            </StatusBadge>
          ),
        },
        {
          term: "Sealed",
          detail:
            sealed === null ? (
              <StatusBadge kind="run">not yet: it waits for the sealer</StatusBadge>
            ) : (
              <StatusBadge kind={sealed.matches ? "ok" : "bad"}>
                {sealed.matches ? `as leaf ${sealed.seq}` : `leaf ${sealed.seq} holds another hash`}
                {sealed.checkpoint === null ? "" : `, under the checkpoint of ${plural(sealed.checkpoint, "event")}`}
              </StatusBadge>
            ),
        },
        ...(sealed?.at ? [{ term: "Checkpoint", detail: <Moment at={sealed.at} precision="second" /> }] : []),
      ]}
    />
  );
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** One event: the sentence, the proof of presence behind it, the hash of its text, and the text. */
export default async function AuditEventPage({ params }: PageProps<"/audit/[eventId]">) {
  const actor = await signedIn();
  if (!may(actor, "audit:read")) forbidden();
  const { eventId } = await params;
  const event = await show((viewer) => getAuditEvent(viewer, { eventId }));
  const { body } = event;
  return (
    <>
      <PageHeader
        crumbs={[{ label: "Audit log", href: "/audit" }, { label: event.id.slice(-8) }]}
        kind={body ? outcomeStanding[body.outcome].kind : "unknown"}
        title={<NameText text={event.sentence} length={400} />}
      />
      {event.leaf.matches && event.sealed?.matches !== false ? null : (
        <Banner kind="bad" role="alert" title="This event is not what was written down.">
          Its text no longer has the hash that was kept with it. Somebody with the database's own rights changed it, or
          the disk did. Keep a copy of the database before anything else, and compare with an export.
        </Banner>
      )}
      <div className="grid items-start gap-6.5 xl:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
        <div className="grid gap-6.5">
          {body ? (
            <Card title="What happened" padded>
              <Facts facts={factsOf(event, body)} />
            </Card>
          ) : null}
          {body ? (
            <Card title="Proof of presence" padded>
              <Evidence body={body} />
            </Card>
          ) : null}
          <Card title="Hash and seal" padded>
            <Seal event={event} />
          </Card>
        </div>
        <CodeBlock
          label="The event, spelled out (its hash is over the canonical text, on one line)"
          code={pretty(event.text)}
          wrap
        />
      </div>
    </>
  );
}
