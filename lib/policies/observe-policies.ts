import "server-only";
import type { Tx } from "@/lib/platform/db";
import type { Prisma } from "@/lib/platform/prisma/client";
import type { ObservedPolicy, ObservedRule } from "@/lib/providers/contract";
import { selects } from "./rules";

type Place = { connectionId: string; region: string };
type PolicyRow = { id: string; providerRef: string; isNew: boolean };
type OpenRule = Prisma.PolicyRuleGetPayload<Record<never, never>>;

/** What of a rule makes it another rule when it changes. */
const wordingOf = (rule: Pick<ObservedRule, keyof ObservedRule> | OpenRule) =>
  JSON.stringify([
    rule.name,
    rule.schedule,
    rule.timeZone,
    rule.continuous,
    rule.startWindowMinutes,
    rule.completionWindowMinutes,
    rule.vaultName,
    sorted(rule.lifecycle),
    sorted(rule.copies),
  ]);

const sorted = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(sorted)
    : value && typeof value === "object"
      ? Object.entries(value)
          .sort(([left], [right]) => (left < right ? -1 : 1))
          .map(([key, inner]) => [key, sorted(inner)])
      : value;

/**
 * Writes down a region's policies: their rules and whom they cover, each from one moment to the next. A changed rule
 * ends and a new one begins, so that what was due before is judged by what stood then. Answers the touched resources.
 */
export async function writePolicies(
  tx: Tx,
  place: Place,
  policies: readonly ObservedPolicy[],
  now: Date,
): Promise<{ written: number; resourceIds: string[] }> {
  const rows = await upsertPolicies(tx, place, policies);
  const byRef = new Map(rows.map((row) => [row.providerRef, row]));
  const changedRules = await writeRules(tx, policies, byRef, now);
  const resourceIds = await writeAssignments(tx, place, policies, byRef, now);
  const gone = await closeVanished(tx, place, [...byRef.keys()], now);
  return {
    written: changedRules + resourceIds.length + gone.length,
    resourceIds: [...new Set([...resourceIds, ...gone])],
  };
}

async function upsertPolicies(
  tx: Tx,
  { connectionId, region }: Place,
  policies: readonly ObservedPolicy[],
): Promise<PolicyRow[]> {
  const page = policies.map(({ providerRef, name, rawStatus }) => ({ providerRef, name, rawStatus }));
  const where = { connectionId, region, providerRef: { in: page.map(({ providerRef }) => providerRef) } };
  const known = new Set((await tx.policy.findMany({ where, select: { id: true } })).map(({ id }) => id));
  await tx.$executeRaw`
    insert into policies as p (connection_id, region, provider_ref, name, raw_status, observed_at)
    select ${connectionId}::uuid, ${region}, x."providerRef", x.name, x."rawStatus", now()
    from jsonb_to_recordset(${JSON.stringify(page)}::jsonb) as x("providerRef" text, name text, "rawStatus" text)
    on conflict (connection_id, region, provider_ref) do update set
      name = excluded.name, raw_status = excluded.raw_status, observed_at = now(), vanished_at = null
    where p.vanished_at is not null or (p.name, p.raw_status) is distinct from (excluded.name, excluded.raw_status)`;
  const rows = await tx.policy.findMany({ where, select: { id: true, providerRef: true } });
  return rows.map((row) => ({ ...row, isNew: !known.has(row.id) }));
}

async function writeRules(
  tx: Tx,
  policies: readonly ObservedPolicy[],
  byRef: ReadonlyMap<string, PolicyRow>,
  now: Date,
): Promise<number> {
  const open = await tx.policyRule.findMany({
    where: { policyId: { in: [...byRef.values()].map(({ id }) => id) }, validTo: null },
  });
  const closing: OpenRule[] = [];
  const opening: Prisma.PolicyRuleCreateManyInput[] = [];
  for (const policy of policies) {
    const policyId = byRef.get(policy.providerRef)?.id;
    if (!policyId) continue;
    const known = new Map(open.filter((rule) => rule.policyId === policyId).map((rule) => [rule.providerRef, rule]));
    for (const rule of policy.rules) {
      const before = known.get(rule.providerRef);
      known.delete(rule.providerRef);
      if (before && wordingOf(before) === wordingOf(rule)) continue;
      if (before) closing.push(before);
      opening.push({ ...rule, policyId, validFrom: startOf(policy, before, now) });
    }
    closing.push(...known.values());
  }
  for (const rule of closing) {
    const successor = opening.find(
      ({ policyId, providerRef }) => policyId === rule.policyId && providerRef === rule.providerRef,
    );
    await tx.policyRule.update({ where: { id: rule.id }, data: { validTo: successor?.validFrom ?? now } });
  }
  await tx.policyRule.createMany({ data: opening });
  return closing.length + opening.length;
}

/** A wording holds since the provider says it does, never before the one it follows began. */
function startOf({ versionedAt }: ObservedPolicy, before: OpenRule | undefined, now: Date): Date {
  const said = versionedAt && versionedAt < now ? versionedAt : now;
  return before && said <= before.validFrom ? now : said;
}

type Candidate = { id: string; providerRef: string; tags: unknown; detail: unknown; firstSeenAt: Date };

const tagsOf = (tags: unknown) =>
  tags && typeof tags === "object" && !Array.isArray(tags) ? (tags as Record<string, string>) : {};

function bornAt({ detail, firstSeenAt }: Candidate): Date {
  const told =
    detail && typeof detail === "object" && "createdAt" in detail ? new Date(String(detail.createdAt)) : firstSeenAt;
  return Number.isNaN(told.getTime()) ? firstSeenAt : told;
}

type Coverage = { policyId: string; resourceId: string };

/** Every resource that each policy covers now. */
function coverageOf(
  policies: readonly ObservedPolicy[],
  byRef: ReadonlyMap<string, PolicyRow>,
  candidates: readonly Candidate[],
): (Coverage & { policy: ObservedPolicy; resource: Candidate })[] {
  return policies.flatMap((policy) => {
    const policyId = byRef.get(policy.providerRef)?.id;
    if (!policyId) return [];
    const covers = (resource: Candidate) => {
      const subject = { providerRef: resource.providerRef, tags: tagsOf(resource.tags) };
      return policy.selections.some((selection) => selects(selection, subject));
    };
    return candidates.filter(covers).map((resource) => ({ policyId, resourceId: resource.id, policy, resource }));
  });
}

const keyOf = ({ policyId, resourceId }: Coverage) => `${policyId} ${resourceId}`;

/** A policy that we see for the first time covered its resources since it or they began; any other change is of now. */
async function writeAssignments(
  tx: Tx,
  { connectionId, region }: Place,
  policies: readonly ObservedPolicy[],
  byRef: ReadonlyMap<string, PolicyRow>,
  now: Date,
): Promise<string[]> {
  const ids = [...byRef.values()].map(({ id }) => id);
  const candidates = await tx.resource.findMany({
    where: { connectionId, region, vanishedAt: null },
    select: { id: true, providerRef: true, tags: true, detail: true, firstSeenAt: true },
  });
  const assigned = await tx.policyAssignment.findMany({
    where: { policyId: { in: ids } },
    select: { id: true, policyId: true, resourceId: true, validTo: true },
  });
  const fresh = new Set([...byRef.values()].filter(({ isNew }) => isNew).map(({ id }) => id));
  const open = new Map(assigned.filter(({ validTo }) => validTo === null).map((one) => [keyOf(one), one]));
  const opening: Prisma.PolicyAssignmentCreateManyInput[] = [];
  for (const { policyId, resourceId, policy, resource } of coverageOf(policies, byRef, candidates)) {
    if (open.delete(keyOf({ policyId, resourceId }))) continue;
    const since = policy.versionedAt && fresh.has(policyId) ? later(policy.versionedAt, bornAt(resource)) : now;
    opening.push({ policyId, resourceId, validFrom: since < now ? since : now });
  }
  const closing = [...open.values()];
  await tx.policyAssignment.updateMany({ where: { id: { in: closing.map(({ id }) => id) } }, data: { validTo: now } });
  await tx.policyAssignment.createMany({ data: opening });
  return [...closing, ...opening].map(({ resourceId }) => resourceId);
}

const later = (one: Date, other: Date) => (one > other ? one : other);

/** Policies that a complete list did not show end, with their rules and whom they covered. */
async function closeVanished(
  tx: Tx,
  { connectionId, region }: Place,
  seen: readonly string[],
  now: Date,
): Promise<string[]> {
  const gone = await tx.policy.findMany({
    where: { connectionId, region, vanishedAt: null, providerRef: { notIn: [...seen] } },
    select: { id: true },
  });
  if (gone.length === 0) return [];
  const policyId = { in: gone.map(({ id }) => id) };
  await tx.policy.updateMany({ where: { id: policyId }, data: { vanishedAt: now, observedAt: now } });
  await tx.policyRule.updateMany({ where: { policyId, validTo: null }, data: { validTo: now } });
  const covered = await tx.policyAssignment.findMany({
    where: { policyId, validTo: null },
    select: { resourceId: true },
  });
  await tx.policyAssignment.updateMany({ where: { policyId, validTo: null }, data: { validTo: now } });
  return covered.map(({ resourceId }) => resourceId);
}
