import "server-only";
import type { Visible } from "@/lib/access/permissions";
import { joined, type Span, within, without } from "@/lib/core/spans";
import { seconds } from "@/lib/core/time";
import { evaluatedTime, type RpoPeriod, type TimeInRpo, timeInRpo, timeInRpoOfAll } from "@/lib/health/time-in-rpo";
import { restorables } from "@/lib/health/usable";
import type { Reader } from "@/lib/platform/db";
import { sqlResourceVisible } from "@/lib/systems/visible";
import { type ResourceHoldings, readHoldings } from "./holdings";

export type TierPeriod = { span: Span; tier: string; rpoSeconds: number; targetPercent: number };
export type ExclusionRow = { id: string; reason: string; valid_from: Date; valid_to: Date | null };
export type Part = {
  resourceId: string;
  name: string | null;
  region: string;
  evaluated: Span[];
  told: TimeInRpo;
  held: ResourceHoldings;
};

export type JudgedSystem = {
  evaluated: Span[];
  rules: TierPeriod[];
  exclusions: ExclusionRow[];
  parts: Part[];
  whole: TimeInRpo;
};

export type JudgedRow = {
  id: string;
  lifecycle: string;
  lifecycle_at: Date;
  in_service_from: Date;
  retired_at: Date | null;
};

const openEnd = (at: Date | null) => at?.getTime() ?? Number.POSITIVE_INFINITY;

/**
 * Judges a span of a system's past by the rules of its time: tier, objectives, exclusions and members as they were then.
 * All of it happened before the span's end.
 */
export async function judgeSpan(
  db: Reader,
  visible: Visible,
  system: JudgedRow,
  span: Span,
  scope: { excludeRegions: ReadonlySet<string>; requireVerified: boolean },
): Promise<JudgedSystem> {
  const [rules, exclusions, members] = await Promise.all([
    readRules(db, system.id, span),
    readExclusions(db, system.id, span),
    readMembers(db, visible, system.id, span),
  ]);
  const held = await readHoldings(
    db,
    members.map(({ resourceId }) => resourceId),
    span,
  );
  const evaluated = evaluatedOf(system, span, rules, exclusions);
  const rpo = rules.map(({ span, rpoSeconds }): RpoPeriod => ({ span, rpoMs: seconds(rpoSeconds) }));
  const parts = members.map(({ spans, ...member }): Part => {
    const holdings = held.get(member.resourceId) ?? { points: [], streams: [] };
    const owned = evaluated.flatMap((part) => within(spans, part));
    const streams = holdings.streams.filter(({ region }) => !scope.excludeRegions.has(region));
    const told = timeInRpo({ restorables: restorables(holdings.points, scope), streams }, owned, rpo);
    return { ...member, evaluated: owned, told, held: holdings };
  });
  return { evaluated, rules, exclusions, parts, whole: wholeOf(parts, evaluated) };
}

/** In service, under a tier, and not parked, retired or under planned maintenance. */
function evaluatedOf(
  system: JudgedRow,
  span: Span,
  rules: readonly TierPeriod[],
  exclusions: readonly ExclusionRow[],
): Span[] {
  const restingFrom = system.lifecycle === "active" ? null : system.lifecycle_at;
  const inService = {
    from: system.in_service_from.getTime(),
    to: Math.min(openEnd(system.retired_at), openEnd(restingFrom)),
  };
  const holes = exclusions.map(({ valid_from, valid_to }) => ({ from: valid_from.getTime(), to: openEnd(valid_to) }));
  const ruled = joined(rules.map((rule) => rule.span));
  return evaluatedTime(span, inService, holes).flatMap((part) => within(ruled, part));
}

/** Time in which a system in service owned nothing that it needs is time in which nothing could be restored. */
function wholeOf(parts: readonly Part[], evaluated: readonly Span[]): TimeInRpo {
  const owned = parts.flatMap((part) => part.evaluated);
  const bare = evaluated.flatMap((span) => without(span, owned));
  const told = parts.map((part) => part.told).filter(({ evaluatedMs }) => evaluatedMs > 0);
  const nothing = { evaluatedMs: 0, compliantMs: 0, compliancePctFloor4: null, breaches: bare, maxAgeMs: null };
  return timeInRpoOfAll(bare.length > 0 ? [...told, nothing] : told, evaluated);
}

async function readRules(db: Reader, systemId: string, span: Span): Promise<TierPeriod[]> {
  const rows = await db.$queryRaw<
    { tier: string; rpo_seconds: number; target: number; from_at: Date; to_at: Date | null }[]
  >`
    select t.name as tier, o.rpo_seconds, o.time_in_rpo_target_pct::float8 as target,
      greatest(st.valid_from, o.valid_from) as from_at, least(st.valid_to, o.valid_to) as to_at
    from system_tiers st join tiers t on t.id = st.tier_id join tier_objectives o on o.tier_id = st.tier_id
    where st.system_id = ${systemId}::uuid
      and greatest(st.valid_from, o.valid_from) < ${new Date(span.to)}::timestamptz
      and coalesce(least(st.valid_to, o.valid_to), 'infinity') > greatest(st.valid_from, o.valid_from, ${new Date(span.from)}::timestamptz)
    order by from_at`;
  return rows.map(({ tier, rpo_seconds, target, from_at, to_at }) => ({
    tier,
    rpoSeconds: rpo_seconds,
    targetPercent: target,
    span: { from: from_at.getTime(), to: openEnd(to_at) },
  }));
}

/** The exclusions that touch a span, which may have no end. */
export const readExclusions = (db: Reader, systemId: string, span: Span) => db.$queryRaw<ExclusionRow[]>`
  select id, reason, valid_from, valid_to from exclusions
  where system_id = ${systemId}::uuid and valid_from < ${Number.isFinite(span.to) ? new Date(span.to) : "infinity"}::timestamptz
    and coalesce(valid_to, 'infinity') > ${new Date(span.from)}::timestamptz
  order by valid_from limit 1000`;

type Member = { resourceId: string; name: string | null; region: string; spans: Span[] };

/** What the system needed to be whole, and when; a resource it lost and got back is there twice. */
async function readMembers(db: Reader, visible: Visible, systemId: string, span: Span): Promise<Member[]> {
  const rows = await db.$queryRaw<
    { id: string; name: string | null; region: string; valid_from: Date; valid_to: Date | null }[]
  >`
    select r.id, case when ${sqlResourceVisible(visible)} then r.name end as name, r.region, m.valid_from, m.valid_to
    from system_resources m join resources r on r.id = m.resource_id
    where m.system_id = ${systemId}::uuid and m.required and m.valid_from < ${new Date(span.to)}::timestamptz
      and coalesce(m.valid_to, 'infinity') > ${new Date(span.from)}::timestamptz
    order by r.name, r.id, m.valid_from`;
  const members = new Map<string, Member>();
  for (const { id, name, region, valid_from, valid_to } of rows) {
    const member = members.get(id) ?? { resourceId: id, name, region, spans: [] };
    member.spans = joined([...member.spans, { from: valid_from.getTime(), to: openEnd(valid_to) }]);
    members.set(id, member);
  }
  return [...members.values()];
}
