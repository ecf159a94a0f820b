import "server-only";
import { z } from "zod";
import type { Visible } from "@/lib/access/permissions";
import { read } from "@/lib/access/read";
import { Refusal, refuse } from "@/lib/core/outcome";
import { secondsBetween } from "@/lib/core/time";
import { readNow } from "@/lib/health/current";
import { judgeSystems } from "@/lib/health/evaluate";
import { sqlMeasuredRestores } from "@/lib/health/facts";
import type { Reason, ResourceVerdict } from "@/lib/health/rules";
import { nextStep, reasonText, ruleMeanings } from "@/lib/health/words";
import type { Reader, Tx } from "@/lib/platform/db";
import { likeAnywhere } from "@/lib/platform/like";
import { Prisma } from "@/lib/platform/prisma/client";
import { searchQuery } from "@/lib/search/schema";
import { sqlResourceVisible, sqlSystemVisible } from "@/lib/systems/visible";
import { type Criticality, type Environment, type Lifecycle, regionsText, type SystemSettings } from "./rules";
import { maybeSystem, systemAddress } from "./schema";
import type { MemberView, OwnerChoices, ReasonView, SystemChoice, SystemView } from "./view";

/** A reason as a page shows it: its sentence as of now, the rule behind it, and the next step. */
export const toReasonView = (reason: Reason, systemId: string | null, now: Date): ReasonView => ({
  rule: reason.rule,
  meaning: ruleMeanings[reason.rule],
  state: reason.state,
  text: reasonText(reason, now),
  resourceId: reason.resourceId ?? null,
  resourceName: reason.resourceName ?? null,
  step: nextStep(reason, systemId),
});

type SystemRowDetail = {
  id: string;
  slug: string;
  name: string;
  description: string;
  environment: Environment;
  criticality: Criticality;
  lifecycle: Lifecycle;
  revision: number;
  tier_id: string | null;
  tier_rank: number | null;
  tier_name: string | null;
  owner_team_id: string | null;
  owner_user_id: string | null;
  owner: string | null;
  detection_allowance_seconds: number;
  allowed_regions: string[];
  in_service_from: Date;
};

type MemberRow = {
  id: string;
  name: string;
  kind: string;
  region: string;
  account: string;
  connection: string;
  size_bytes: bigint | null;
  required: boolean;
  source: "manual" | "rule";
  seen: boolean;
};

const isId = (text: string) => z.uuid().safeParse(text).success;

async function readMeasured(db: Reader, systemId: string, now: Date): Promise<SystemView["measured"]> {
  const [row] = await db.$queryRaw<SystemView["measured"][]>`
    select count(*)::int as restores, percentile_disc(0.5) within group (order by q.rta_seconds)::int as "usualSeconds"
    from (${sqlMeasuredRestores(Prisma.sql`${systemId}::uuid`, now)}) q`;
  return row ?? { restores: 0, usualSeconds: null };
}

/** One system with its verdict and those of its resources, judged at this very moment. */
export const getSystem = read(
  "estate:read",
  systemAddress,
  async ({ db, visible }, { system }): Promise<SystemView | null> => {
    const [row] = await db.$queryRaw<SystemRowDetail[]>`
    select s.id, s.slug, s.name, s.description, s.environment::text, s.criticality::text, s.lifecycle::text, s.revision,
      st.tier_id, t.rank as tier_rank, t.name as tier_name, s.owner_team_id, s.owner_user_id,
      coalesce(team.name, owner.display_name) as owner, s.detection_allowance_seconds, s.allowed_regions,
      s.in_service_from
    from systems s
    left join system_tiers st on st.system_id = s.id and st.valid_to is null left join tiers t on t.id = st.tier_id
    left join teams team on team.id = s.owner_team_id left join users owner on owner.id = s.owner_user_id
    where (s.slug = ${system} or s.id = ${isId(system) ? system : null}::uuid) and ${sqlSystemVisible(visible)}
    order by s.id = ${isId(system) ? system : null}::uuid desc limit 1`;
    if (!row) return null;
    const now = await readNow(db);
    const [judged, members, measured] = await Promise.all([
      judgeSystems(db, [row.id], now),
      readMembers(db, visible, row.id),
      readMeasured(db, row.id, now),
    ]);
    const verdict = judged.systems[0];
    if (!verdict) return null;
    const verdictOf = new Map(judged.resources.map((resource) => [resource.resourceId, resource]));
    const shown = members.filter(({ seen }) => seen);
    return {
      id: row.id,
      slug: row.slug,
      name: row.name,
      description: row.description,
      environment: row.environment,
      criticality: row.criticality,
      lifecycle: row.lifecycle,
      revision: row.revision,
      tier:
        row.tier_id === null
          ? null
          : { id: row.tier_id, rank: row.tier_rank ?? 99, name: row.tier_name ?? row.tier_id },
      ownerTeamId: row.owner_team_id,
      ownerUserId: row.owner_user_id,
      owner: row.owner,
      detectionAllowanceSeconds: row.detection_allowance_seconds,
      allowedRegions: regionsText(row.allowed_regions),
      inServiceFrom: row.in_service_from.toISOString(),
      now: now.toISOString(),
      state: verdict.state,
      reasons: verdict.reasons.map((reason) => toReasonView(reason, row.id, now)),
      ageSeconds: verdict.newestAsOf && secondsBetween(verdict.newestAsOf, now),
      newestAsOf: verdict.newestAsOf?.toISOString() ?? null,
      rpoSeconds: verdict.rpoSeconds,
      rtoSeconds: verdict.rtoSeconds,
      rtaSeconds: verdict.rtaSeconds,
      measured: {
        ...measured,
        usualSeconds: measured.usualSeconds === null ? null : measured.usualSeconds + row.detection_allowance_seconds,
      },
      provenAt: verdict.provenAt?.toISOString() ?? null,
      provenWithin: verdict.provenWithin,
      members: shown.map((member) => toMember(member, verdictOf.get(member.id), row.id, now)),
      hiddenMembers: members.length - shown.length,
    };
  },
);

const readMembers = (db: Reader, visible: Visible, systemId: string) => db.$queryRaw<MemberRow[]>`
  select r.id, r.name, r.kind, r.region, r.account, c.name as connection, r.size_bytes, m.required, m.source::text,
    ${sqlResourceVisible(visible)} as seen
  from system_resources m join resources r on r.id = m.resource_id join connections c on c.id = r.connection_id
  where m.system_id = ${systemId}::uuid and m.valid_to is null order by m.required desc, r.name`;

function toMember(row: MemberRow, verdict: ResourceVerdict | undefined, systemId: string, now: Date): MemberView {
  const { size_bytes, seen: _, ...rest } = row;
  const newest = verdict?.newest ?? null;
  return {
    ...rest,
    sizeBytes: size_bytes === null ? null : Number(size_bytes),
    state: verdict?.state ?? "unknown",
    reasons: (verdict?.reasons ?? []).map((reason) => toReasonView(reason, systemId, now)),
    newestAsOf: newest?.asOf.toISOString() ?? null,
    ageSeconds: newest && secondsBetween(newest.asOf, now),
    basis: newest?.basis ?? null,
    newestPointId: newest?.pointId ?? null,
    rpoSeconds: verdict?.rpoSeconds ?? null,
    provenAt: verdict?.proof?.at.toISOString() ?? null,
    proofLevel: verdict?.proof?.level ?? null,
  };
}

type ChoiceRow = { id: string; name: string; rank: number | null };

const toChoice = ({ id, name, rank }: ChoiceRow): SystemChoice => ({
  value: id,
  label: rank === null ? name : `${name} (tier ${rank})`,
});

const choiceFields = Prisma.sql`s.id::text as id, s.name, (
  select t.rank from system_tiers st join tiers t on t.id = st.tier_id
  where st.system_id = s.id and st.valid_to is null) as rank`;

/** The first fifty systems whose name or slug holds what was typed, the best match first; retired ones are not offered. */
export const findSystemChoices = read(
  "estate:read",
  searchQuery,
  async ({ db, visible }, { q }): Promise<SystemChoice[]> => {
    const rows = await db.$queryRaw<ChoiceRow[]>`
    select ${choiceFields} from systems s
    where s.lifecycle <> 'retired' and (s.name ilike ${likeAnywhere(q)} or s.slug ilike ${likeAnywhere(q)}) and ${sqlSystemVisible(visible)}
    order by lower(s.name) = lower(${q}) desc, starts_with(lower(s.name), lower(${q})) desc, s.name, s.id limit 50`;
    return rows.map(toChoice);
  },
);

/** The system that an address or a form names already; null where there is none that may be seen. */
export const getSystemChoice = read(
  "estate:read",
  maybeSystem,
  async ({ db, visible }, { systemId }): Promise<SystemChoice | null> => {
    if (systemId === undefined) return null;
    const [row] = await db.$queryRaw<ChoiceRow[]>`
    select ${choiceFields} from systems s where s.id = ${systemId}::uuid and ${sqlSystemVisible(visible)}`;
    return row ? toChoice(row) : null;
  },
);

/** The teams and people that can own a system. */
export const listOwnerChoices = read("estate:read", z.object({}), async ({ db }): Promise<OwnerChoices> => {
  const [teams, people] = await Promise.all([
    db.team.findMany({ orderBy: { name: "asc" }, take: 500, select: { id: true, name: true } }),
    db.user.findMany({
      where: { status: { in: ["active", "invited"] } },
      orderBy: { displayName: "asc" },
      take: 500,
      select: { id: true, displayName: true },
    }),
  ]);
  return { teams, people: people.map(({ id, displayName }) => ({ id, name: displayName })) };
});

export type LockedSystem = SystemSettings & { id: string; slug: string; revision: number; tierSince: Date | null };

/** Reads a system that the actor may change and holds it until the transaction ends. */
export async function lockSystem(tx: Tx, visible: Visible, systemId: string): Promise<LockedSystem> {
  const [locked] = await lockSystems(tx, visible, [systemId]);
  if (!locked) throw new Refusal(refuse("not_found", "There is no such system."));
  return locked;
}

/** The same for several, locked in one order so that two such commands cannot wait for each other. */
export async function lockSystems(tx: Tx, visible: Visible, systemIds: readonly string[]): Promise<LockedSystem[]> {
  const ids = await tx.$queryRaw<{ id: string }[]>`
    select s.id from systems s where s.id = any(${[...systemIds]}::uuid[]) and ${sqlSystemVisible(visible)}
    order by s.id for update of s`;
  const rows = await tx.system.findMany({
    where: { id: { in: ids.map(({ id }) => id) } },
    orderBy: { id: "asc" },
    include: { tiers: { where: { validTo: null } } },
  });
  return rows.map(({ tiers: [open], ...row }) => ({
    id: row.id,
    slug: row.slug,
    revision: row.revision,
    name: row.name,
    description: row.description,
    environment: row.environment,
    criticality: row.criticality,
    lifecycle: row.lifecycle,
    tierId: open?.tierId ?? "",
    tierSince: open?.validFrom ?? null,
    ownerTeamId: row.ownerTeamId,
    ownerUserId: row.ownerUserId,
    detectionAllowanceSeconds: row.detectionAllowanceSeconds,
    allowedRegions: regionsText(row.allowedRegions),
  }));
}
