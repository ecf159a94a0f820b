import { randomUUID } from "node:crypto";
import fs from "node:fs";
import type { DemoFacts } from "@/bin/stack/demo-facts";
import type { JobActor } from "@/lib/access/permissions";
import { record } from "@/lib/audit/record";
import { seedPerson } from "@/lib/people/seed";
import { seal } from "@/lib/platform/crypto";
import { db, type Tx } from "@/lib/platform/db";
import type { ConnectionSettings } from "@/lib/providers/contract";
import { ensureDefaultTiers } from "@/lib/tiers/ensure";
import { assertionsByContent } from "@/prisma/seed/assertions";
import { estateSeed } from "@/prisma/seed/estate-seed";
import { loginsOf } from "@/sandbox/aws/databases/names";
import { belongings, smallEstateConnections, smallEstateSystems } from "@/sandbox/aws/estates/nordwind";

const dayMs = 86_400_000;
const historyDays = 90;

/** The name under which the seed stands in the audit log. */
const seeder: JobActor = { kind: "job", id: "demo-seed", permissions: [], requestId: randomUUID() };

type Teams = ReadonlyMap<string, string>;

/** The people, and with them the end of setting up: from then on nobody changes the rules alone, nor does the seed. */
async function seedPeople(facts: DemoFacts, since: Date): Promise<void> {
  const governed = (await db.installation.count({ where: { governedAt: { not: null } } })) > 0;
  for (const { name, email, password, totpSecret, role } of facts.people) {
    if (governed || (await db.user.count({ where: { email } })) > 0) continue;
    await seedPerson({ email, displayName: name, password, totpSecret, roles: [role], usableSince: since });
  }
  await db.$executeRaw`select close_setup()`;
}

async function seedTeams(tx: Tx): Promise<Teams> {
  const names = [...new Set(smallEstateSystems.map(({ team }) => team))];
  await tx.team.createMany({ data: names.map((name) => ({ name })), skipDuplicates: true });
  const teams = await tx.team.findMany({ select: { id: true, name: true } });
  return new Map(teams.map(({ id, name }) => [name, id]));
}

/** What a shared system breaks is production: it is held to production's rules. */
const environmentOf = (environment: "production" | "staging" | "shared") =>
  environment === "shared" ? "production" : environment;

const criticalityOf = { 1: "critical", 2: "high", 3: "medium" } as const;

/** What works without the other, only not fully: beside the hard needs that the estate names. */
const softNeeds: readonly (readonly [slug: string, needs: string])[] = [
  ["orders", "notifications"],
  ["crm", "notifications"],
  ["invoices", "notifications"],
  ["freight-tracking", "notifications"],
  ["shop-frontend", "customer-uploads"],
  ["shop-frontend", "notifications"],
  ["search-index", "catalogue-graph"],
  ["support-desk", "orders"],
  ["payments", "monitoring"],
  ["build", "identity"],
  ["monitoring", "notifications"],
];

/** The company's dependencies: all of 90 days, and among them that orders in tier 1 cannot do without prices in tier 3. */
const dependenciesOf = (ids: ReadonlyMap<string, string>, since: Date) => {
  const hard = smallEstateSystems.flatMap(({ slug, needs }) => needs.map((need) => [slug, need, "hard"] as const));
  const soft = softNeeds.map(([slug, need]) => [slug, need, "soft"] as const);
  return [...hard, ...soft].flatMap(([slug, need, kind]) => {
    const [fromId, toId] = [ids.get(slug), ids.get(need)];
    return fromId && toId ? [{ fromId, toId, kind, validFrom: since }] : [];
  });
};

/** Systems with tier, owner, tag rule, dependencies and assertions; a company that is there already stays as people made it. */
async function seedSystems(tx: Tx, teams: Teams, since: Date): Promise<number> {
  if ((await tx.system.count()) > 0) return 0;
  const ids = new Map<string, string>();
  for (const { slug, name, environment, team, tier } of smallEstateSystems) {
    const ownerTeamId = teams.get(team);
    const { id } = await tx.system.create({
      data: {
        slug,
        name,
        environment: environmentOf(environment),
        criticality: criticalityOf[tier],
        ...(ownerTeamId ? { ownerTeamId } : {}),
        lifecycleAt: since,
        inServiceFrom: since,
        tiers: { create: { tierId: `tier-${tier}`, validFrom: since } },
        rules: { create: { tagKey: "system", tagValue: slug } },
      },
      select: { id: true },
    });
    ids.set(slug, id);
  }
  await tx.systemDependency.createMany({ data: dependenciesOf(ids, since) });
  await tx.assertion.createMany({ data: assertionsOf(ids) });
  await record(tx, {
    actor: seeder,
    action: "demo.seed",
    outcome: "success",
    subject: ["installation", "demo"],
    detail: { systems: ids.size, teams: teams.size },
    at: new Date(),
  });
  return ids.size;
}

function assertionsOf(ids: ReadonlyMap<string, string>) {
  const contents = new Map<string, Set<string>>();
  for (const { system, spec } of belongings) {
    if (!system || !spec.database) continue;
    contents.set(system, (contents.get(system) ?? new Set()).add(spec.database));
  }
  return [...contents].flatMap(([slug, kinds]) => {
    const systemId = ids.get(slug);
    if (!systemId) return [];
    return [...kinds].flatMap((kind) =>
      (assertionsByContent[kind] ?? []).map((assertion) => ({ systemId, ...assertion })),
    );
  });
}

/** The three accounts. The pretend cloud may listen elsewhere than last time: its address is set at each start. */
async function seedConnections(tx: Tx, endpoint: string): Promise<void> {
  const probe = JSON.stringify(loginsOf(estateSeed).probe);
  for (const connection of smallEstateConnections) {
    const settings: ConnectionSettings = {
      account: connection.accountId,
      regions: connection.regions,
      endpoint,
      readRoleRef: connection.readRoleArn,
      actRoleRef: connection.actRoleArn,
      cleanupRoleRef: connection.cleanupRoleArn,
      externalId: connection.externalId,
      serviceRoleRef: connection.restoreRoleArn,
    };
    const known = await tx.connection.findFirst({
      where: { kind: "aws", account: connection.accountId },
      select: { id: true, settings: true },
    });
    if (known) {
      const kept = known.settings !== null && typeof known.settings === "object" ? known.settings : {};
      await tx.connection.update({ where: { id: known.id }, data: { settings: { ...kept, endpoint } } });
      continue;
    }
    const id = randomUUID();
    await tx.connection.create({
      data: {
        id,
        kind: "aws",
        name: connection.name,
        account: connection.accountId,
        settings,
        sealedProbe: seal("worker", `connections:sealed_probe:${id}`, probe),
      },
    });
  }
}

/** Lays Nordwind Handel into an empty database, and does nothing twice. */
export async function seedCompany(factsFile: string): Promise<void> {
  const facts: DemoFacts = JSON.parse(fs.readFileSync(factsFile, "utf8"));
  const since = new Date(Date.now() - historyDays * dayMs);
  await db.$transaction((tx) => ensureDefaultTiers(tx, since));
  await seedPeople(facts, since);
  const systems = await db.$transaction(
    async (tx) => {
      const count = await seedSystems(tx, await seedTeams(tx), since);
      await seedConnections(tx, facts.sandbox.aws);
      return count;
    },
    { timeout: 60_000 },
  );
  if (systems > 0) process.stdout.write(`${systems} systems, ${facts.people.length} people\n`);
}
