import { accept, type Outcome, refuse } from "@/lib/core/outcome";
import type { Comparator, ConnectionPlace, Draft, PlanItem, RestorePlan } from "./rules";
import { metadataOf, minReasonLength } from "./rules";

type Moment = Date | null;

/** What a plan is made of, as it stands in the database. */
export type PlanSource = {
  restore: {
    reason: string;
    incidentRef: string | null;
    requestedById: string;
    systemId: string;
    system: { id: string; name: string; environment: string };
    approval: { id: string; revision: number; policyVersionId: string };
  };
  draft: Draft;
  point: {
    id: string;
    providerRef: string;
    kind: PlanItem["pointKind"];
    region: string;
    account: string;
    dataAsOf: Moment;
    completedAt: Moment;
    sizeBytes: bigint | null;
    resource: { id: string; providerRef: string; kind: string; name: string };
    vault: { name: string };
    connection: { id: string; kind: string; account: string; settings: unknown };
  } | null;
  tier: { tierId: string; tier: { objectives: { rtoSeconds: number; rpoSeconds: number }[] } } | null;
  assertions: { name: string; sql: string; comparator: string; expected: string }[];
  /** The policy in force, whose rule decides how many must agree. */
  policyVersionId: string;
};

/** Kinds whose restore gives a cluster without instances; the plan names the one we add, inside the RTA (decisions 12). */
const clusters = ["Aurora", "DocumentDB", "Neptune"];

/** What a restore leaves out and we add, by the settings of the plan; null where nothing is left out. */
const completionOf = (kind: string, targetName: string): Record<string, string> | null =>
  clusters.includes(kind)
    ? { instanceIdentifier: `${targetName}-1`.slice(0, 63), instanceClass: "db.r7g.large" }
    : null;

const placeOf = ({ actRoleRef = null, endpoint = null }: Partial<ConnectionPlace>): ConnectionPlace => ({
  actRoleRef,
  endpoint,
});

/** The plan a draft amounts to: the same draft always gives the same plan, so that its hash can be compared. */
export function buildPlan({
  restore,
  draft,
  point,
  tier,
  assertions,
  policyVersionId,
}: PlanSource): Outcome<RestorePlan> {
  if (!point || !draft.when || !draft.targetName)
    return refuse("invalid", "This draft is not complete: go through its steps first.");
  if (restore.reason.trim().length < minReasonLength)
    return refuse("invalid", "Say why data has to come back.", { reason: "Say why data has to come back." });
  const metadata = metadataOf(draft);
  if (!metadata.ok) return metadata;
  const settings = point.connection.settings as Partial<ConnectionPlace> & { serviceRoleRef?: string | null };
  if (!settings.serviceRoleRef)
    return refuse(
      "unavailable",
      "This connection names no service role for restores. An administrator adds it in Settings, Connections.",
    );
  const objective = tier?.tier.objectives[0];
  return accept({
    v: 1,
    provider: point.connection.kind,
    connectionId: point.connection.id,
    ...placeOf(settings),
    account: point.account,
    region: point.region,
    system: {
      id: restore.system.id,
      name: restore.system.name,
      environment: restore.system.environment,
      tierId: tier?.tierId ?? "",
      rtoSeconds: objective?.rtoSeconds ?? 0,
      rpoSeconds: objective?.rpoSeconds ?? 0,
    },
    items: [
      {
        pointId: point.id,
        pointRef: point.providerRef,
        pointKind: point.kind,
        vaultName: point.vault.name,
        resourceId: point.resource.id,
        resourceRef: point.resource.providerRef,
        resourceKind: point.resource.kind,
        resourceName: point.resource.name,
        dataAsOf: point.kind === "continuous" ? null : (point.dataAsOf?.toISOString() ?? null),
        completedAt: point.completedAt?.toISOString() ?? null,
        sizeBytes: point.kind === "continuous" || point.sizeBytes === null ? null : Number(point.sizeBytes),
        restoreTime: draft.when.kind === "time" ? draft.when.at : null,
        mode: draft.form?.createsNew === false ? "in_place" : "new_resource",
        target: { account: point.connection.account, region: point.region, name: draft.targetName },
        metadata: metadata.value,
        roleRef: settings.serviceRoleRef,
        completion: completionOf(point.resource.kind, draft.targetName),
      },
    ],
    assertions: assertions.map(({ name, sql, comparator, expected }) => ({
      name,
      sql,
      comparator: comparator as Comparator,
      expected,
    })),
    reason: restore.reason,
    incidentRef: restore.incidentRef,
    policyVersionId,
  });
}
