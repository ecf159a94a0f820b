import type { Metadata } from "next";
import { ageKind, healthKind, healthWord } from "@/app/(console)/_components/health-look";
import { LiveRefresh } from "@/app/(console)/_components/live-refresh";
import { workVerbs } from "@/app/(console)/_components/side-cards";
import { freshnessKind } from "@/app/(console)/shell-data";
import { Clock } from "@/components/shell/clock";
import { StatusGlyph } from "@/components/status/glyph";
import { type StatusKind, statusWords } from "@/components/status/kind";
import { AppLink } from "@/components/ui/app-link";
import { RelativeMoment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { showWall } from "@/lib/access/show";
import { ageText, countText, plural } from "@/lib/core/words";
import type { ConnectionFreshness } from "@/lib/shell/data";
import { getWall } from "@/lib/walls/data";
import type { WallAttention, WallTier, WallView } from "@/lib/walls/view";
import { Notice, TakenOff } from "./_components/notice";
import { TryAgain } from "./_components/try-again";

export const metadata: Metadata = { title: "Wall" };

/** What can be read from across a room; the rest is counted. */
const mostAttention = 7;
const mostRunning = 5;

const small = "text-[clamp(0.85rem,0.95vw,1.8rem)]/[1.35]";
const large = "text-[clamp(1rem,1.2vw,2.3rem)]/[1.3]";

function withinKind({ expected, beyond, unknown }: WallTier): StatusKind {
  if (expected === 0) return "none";
  if (beyond > 0) return "bad";
  return unknown > 0 ? "unknown" : "ok";
}

function Count({ kind, count, of, label }: { kind: StatusKind; count: number; of: number; label: string }) {
  return (
    <div className="min-w-0">
      <dt className={`text-ink-3 ${small}`}>{label}</dt>
      <dd className="flex items-baseline gap-[0.4em]">
        <StatusGlyph kind={kind} className="size-[clamp(0.9rem,1.1vw,2rem)]" />
        <span className="num text-[clamp(1.5rem,2.1vw,4rem)]/[1.15] font-semibold tracking-[-0.02em]">
          {countText(count)}
        </span>
        <span className={`num whitespace-nowrap text-ink-3 ${large}`}>of {countText(of)}</span>
      </dd>
    </div>
  );
}

function Tier({ tier }: { tier: WallTier }) {
  const { expected, proven, forecastWithin, forecastBeyond } = tier;
  const unmeasured = expected - forecastWithin - forecastBeyond;
  return (
    <li className="min-w-0 rounded-lg border bg-surface p-[clamp(0.8rem,0.9vw,1.8rem)]">
      <h2 className={`mb-[0.35em] truncate font-semibold ${large}`}>
        <NameText text={tier.name} length={48} />
      </h2>
      <dl className="grid grid-cols-[repeat(3,auto)] gap-x-3 gap-y-3 sm:gap-x-6">
        <Count kind={withinKind(tier)} count={tier.within} of={expected} label="within RPO" />
        <Count
          kind={expected === 0 ? "none" : proven === expected ? "ok" : "warn"}
          count={proven}
          of={expected}
          label="proven"
        />
        <Count
          kind={expected === 0 ? "none" : forecastBeyond > 0 ? "warn" : unmeasured > 0 ? "unknown" : "ok"}
          count={forecastWithin}
          of={expected}
          label="forecast in RTO"
        />
      </dl>
    </li>
  );
}

function Measured({ row }: { row: WallAttention }) {
  if (row.ageSeconds === null) return <span className="text-ink-3">no data</span>;
  const kind = ageKind(row.state, row.ageSeconds, row.rpoSeconds);
  return (
    <span className={`num whitespace-nowrap ${kind === "bad" ? "font-semibold text-bad" : "text-ink-2"}`}>
      {ageText(row.ageSeconds)}
      {row.rpoSeconds === null ? "" : ` of ${ageText(row.rpoSeconds)}`}
    </span>
  );
}

function Attention({ rows, total }: WallView["attention"]) {
  const shown = rows.slice(0, mostAttention);
  return (
    <section aria-label="What would hurt most" className="min-w-0">
      <h2 className={`mb-2 font-semibold ${large}`}>
        {total === 0 ? "Nothing asks for attention" : `${plural(total, "system asks", "systems ask")} for attention`}
      </h2>
      <ol>
        {shown.map((row) => (
          <li key={row.id} className="flex items-start gap-[0.8em] border-t py-[clamp(0.45rem,0.42vw,1rem)]">
            <StatusGlyph
              kind={healthKind[row.state]}
              label={healthWord[row.state]}
              className="mt-[0.35em] size-[clamp(0.9rem,1.2vw,1.6rem)]"
            />
            <div className="min-w-0 flex-1">
              <p className={`truncate font-semibold ${large}`}>
                <NameText text={row.name} length={48} />
                <span className="font-normal text-ink-3">
                  {row.tierRank === null ? "" : ` · tier ${row.tierRank}`}
                  {row.owner === null ? " · no owner" : " · "}
                  {row.owner === null ? null : <NameText text={row.owner} length={28} />}
                </span>
              </p>
              <p className={`truncate text-ink-2 ${small}`}>
                <NameText text={row.why} />
              </p>
              <p className={`truncate text-ink-3 ${small}`}>{row.rank}</p>
            </div>
            <p className={`flex-none ${large}`}>
              <Measured row={row} />
            </p>
          </li>
        ))}
      </ol>
      {total > shown.length ? (
        <p className={`border-t pt-2 text-ink-3 ${small}`}>and {countText(total - shown.length)} more</p>
      ) : null}
    </section>
  );
}

function Running({ running, runningTotal, now }: Pick<WallView, "running" | "runningTotal" | "now">) {
  const shown = running.slice(0, mostRunning);
  return (
    <section aria-label="Running" className="min-w-0">
      <h2 className={`mb-2 font-semibold ${large}`}>{runningTotal === 0 ? "Nothing runs" : "Running"}</h2>
      <ul>
        {shown.map((one) => (
          <li key={one.id} className="flex items-start gap-[0.8em] border-t py-[clamp(0.45rem,0.42vw,1rem)]">
            <StatusGlyph kind="run" className="mt-[0.35em] size-[clamp(0.9rem,1.2vw,1.6rem)]" />
            <div className="min-w-0 flex-1">
              <p className={`truncate font-semibold ${large}`}>
                {workVerbs[one.kind]} <NameText text={one.name} length={36} />
              </p>
              <p className={`truncate text-ink-2 ${small}`}>
                {one.state} · begun <RelativeMoment at={one.since} now={now} />
              </p>
            </div>
            <p className={`num flex-none text-ink-2 ${large}`}>{one.percent === null ? "" : `${one.percent} %`}</p>
          </li>
        ))}
      </ul>
      {runningTotal > shown.length ? (
        <p className={`border-t pt-2 text-ink-3 ${small}`}>and {countText(runningTotal - shown.length)} more</p>
      ) : null}
    </section>
  );
}

function Freshness({ freshness, now }: { freshness: ConnectionFreshness; now: string }) {
  const { read, total, oldestReadAt } = freshness;
  return (
    <p className="flex items-baseline gap-[0.5em] sm:justify-end text-ink-2">
      <StatusGlyph kind={freshnessKind(freshness)} className="size-[0.8em]" />
      <span>
        {total === 0 ? "No connection yet" : `${read} of ${plural(total, "connection")} read`}
        {oldestReadAt === null ? null : (
          <>
            , oldest <RelativeMoment at={oldestReadAt} now={now} />
          </>
        )}
      </span>
    </p>
  );
}

/**
 * The wall display: can we recover, to be read from across a room, by a paired screen or by whoever is signed in. It has
 * nothing to press, and keeps itself fresh.
 */
export default async function WallPage() {
  const shown = await showWall(async (actor) => ({ wall: await getWall(actor, {}), byPerson: actor.kind === "user" }));
  if (shown === "dead") return <TakenOff />;
  if (shown === "busy")
    return (
      <Notice title="This display asks too often.">
        <TryAgain />
      </Notice>
    );
  const { wall, byPerson } = shown;
  const { verdict, tiers, attention, freshness, now } = wall;
  return (
    <main
      data-wall
      className="grid min-h-screen content-start gap-[clamp(1.1rem,1.5vw,3rem)] bg-canvas p-[clamp(1rem,1.7vw,3rem)] text-ink"
    >
      {byPerson ? (
        <AppLink href="/" className="sr-only rounded-md bg-surface p-2 focus:not-sr-only">
          Leave the wall display
        </AppLink>
      ) : null}
      <header className="flex flex-wrap items-start gap-x-12 gap-y-4">
        <div className="flex min-w-0 flex-1 basis-[36rem] items-start gap-[clamp(0.9rem,1.6vw,2.2rem)] max-sm:basis-full">
          <StatusGlyph
            kind={verdict.kind}
            label={statusWords[verdict.kind]}
            className="mt-[0.2em] size-[clamp(1.6rem,2.7vw,5.2rem)]"
          />
          <div className="min-w-0">
            <h1 className="text-[clamp(1.6rem,2.7vw,5.2rem)]/[1.12] font-semibold tracking-[-0.02em]">
              {verdict.sentence}
            </h1>
            <p className={`mt-[0.4em] text-ink-2 ${large}`}>{verdict.detail}</p>
          </div>
        </div>
        <div className={`flex-none max-sm:w-full sm:text-right ${small}`}>
          <Clock
            now={now}
            className="num block text-[clamp(1.2rem,2.2vw,3rem)]/[1.2] font-semibold whitespace-nowrap"
          />
          <Freshness freshness={freshness} now={now} />
        </div>
      </header>
      <LiveRefresh url="/api/live/wall" untilRefused />
      {tiers.length === 0 ? null : (
        <ul className="grid grid-cols-[repeat(auto-fit,minmax(min(26rem,100%),1fr))] gap-[clamp(0.8rem,1.2vw,1.8rem)]">
          {tiers.map((tier) => (
            <Tier key={tier.id} tier={tier} />
          ))}
        </ul>
      )}
      <div className="grid grid-cols-[minmax(0,1fr)] gap-[clamp(1.5rem,3vw,4rem)] xl:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <Attention {...attention} />
        <Running {...wall} />
      </div>
    </main>
  );
}
