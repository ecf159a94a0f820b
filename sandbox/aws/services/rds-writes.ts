import type { Place } from "@/sandbox/aws/engine/engine";
import { readKey } from "@/sandbox/aws/engine/restore-metadata";
import type { ServiceCall } from "@/sandbox/aws/service";
import { demandField, readTags } from "@/sandbox/aws/services/query-protocol";
import { describeCluster, describeInstance, describeMember, isCluster } from "@/sandbox/aws/services/rds-shapes";
import { CloudError } from "@/sandbox/aws/wire/errors";
import type { ClusterInstance, Resource } from "@/sandbox/aws/world";

function liveResources(place: Place): Resource[] {
  return Object.values(place.region.resources).filter(({ deletedMs }) => deletedMs === null);
}

function findInstance(place: Place, identifier: string): Resource | undefined {
  const wanted = identifier.toLowerCase();
  return liveResources(place).find((one) => one.type === "RDS" && one.name.toLowerCase() === wanted);
}

function findMember(place: Place, identifier: string): { cluster: Resource; member: ClusterInstance } | null {
  for (const cluster of liveResources(place).filter(isCluster)) {
    const member = cluster.instances.find((one) => one.identifier.toLowerCase() === identifier.toLowerCase());
    if (member) return { cluster, member };
  }
  return null;
}

function demandCluster(place: Place, identifier: string): Resource {
  const cluster = liveResources(place).find(
    (one) => isCluster(one) && one.name.toLowerCase() === identifier.toLowerCase(),
  );
  if (!cluster) throw new CloudError("DBClusterNotFoundFault", `DBCluster ${identifier} not found.`);
  return cluster;
}

/** The instance, cluster or cluster instance of this ARN. */
export function findTagged(place: Place, arn: string): { tags: Record<string, string> } {
  const resource = place.region.resources[arn];
  if (resource && resource.deletedMs === null) return resource;
  for (const cluster of liveResources(place)) {
    const member = cluster.instances.find((one) => one.arn === arn);
    if (member) return member;
  }
  throw new CloudError(
    arn.includes(":cluster:") ? "DBClusterNotFoundFault" : "DBInstanceNotFound",
    `${arn} not found.`,
  );
}

/** An instance for a cluster; instances of their own come from restores alone. */
export function createInstance({ place }: ServiceCall, form: URLSearchParams): object {
  const identifier = demandField(form, "DBInstanceIdentifier").toLowerCase();
  const clusterId = form.get("DBClusterIdentifier");
  if (!/^[a-z][a-z0-9-]{0,62}$/.test(identifier))
    throw new CloudError("InvalidParameterValue", "DBInstanceIdentifier is not valid.");
  if (clusterId === null || clusterId === "")
    throw new CloudError("InvalidParameterCombination", "This sandbox only creates instances of a cluster.");
  const cluster = demandCluster(place, clusterId);
  if (findInstance(place, identifier) || findMember(place, identifier))
    throw new CloudError("DBInstanceAlreadyExists", "DB instance already exists");
  const member: ClusterInstance = {
    identifier,
    arn: `arn:aws:rds:${place.region.name}:${place.account.id}:db:${identifier}`,
    instanceClass: demandField(form, "DBInstanceClass"),
    createdMs: place.engine.nowMs,
    tags: readTags(form),
  };
  cluster.instances.push(member);
  return { DBInstance: describeMember(place, cluster, member) };
}

function demandUnprotected(resource: Resource) {
  if (readKey(resource.settings, "DeletionProtection") === "true")
    throw new CloudError(
      "InvalidParameterCombination",
      "Cannot delete a protected database, please disable deletion protection and try again.",
    );
}

function demandSkippedSnapshot(form: URLSearchParams) {
  if (form.get("SkipFinalSnapshot") !== "true" && !form.get("FinalDBSnapshotIdentifier"))
    throw new CloudError(
      "InvalidParameterCombination",
      "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.",
    );
}

function remove(place: Place, resource: Resource) {
  resource.deletedMs = place.engine.nowMs;
  const continuous = place.index
    .pointsOfResource(resource.arn)
    .all()
    .find((point) => point.status === "AVAILABLE" && point.continuous);
  if (continuous?.continuous) {
    continuous.status = "STOPPED";
    continuous.continuous.stoppedMs = place.engine.nowMs;
  }
  if (!resource.database || !place.engine.databases) return;
  const { name } = resource;
  place.engine.databases.drop(resource.database.ref).catch((error: unknown) => {
    process.stderr.write(`The database of ${name} could not be dropped: ${String(error)}\n`);
  });
}

/** Deletes an instance, of a cluster or on its own. */
export function deleteInstance({ place }: ServiceCall, form: URLSearchParams): object {
  const identifier = demandField(form, "DBInstanceIdentifier");
  const found = findMember(place, identifier);
  if (found) {
    found.cluster.instances = found.cluster.instances.filter((one) => one !== found.member);
    return { DBInstance: { ...describeMember(place, found.cluster, found.member), DBInstanceStatus: "deleting" } };
  }
  const resource = findInstance(place, identifier);
  if (!resource) throw new CloudError("DBInstanceNotFound", `DBInstance ${identifier} not found.`);
  demandUnprotected(resource);
  demandSkippedSnapshot(form);
  const answer = { DBInstance: { ...describeInstance(place, resource), DBInstanceStatus: "deleting" } };
  remove(place, resource);
  return answer;
}

/** Deletes a cluster that has no instances left. */
export function deleteCluster({ place }: ServiceCall, form: URLSearchParams): object {
  const cluster = demandCluster(place, demandField(form, "DBClusterIdentifier"));
  if (cluster.instances.length > 0)
    throw new CloudError(
      "InvalidDBClusterStateFault",
      "Cluster cannot be deleted, it still contains DB instances in non-deleting state.",
    );
  demandUnprotected(cluster);
  demandSkippedSnapshot(form);
  const answer = { DBCluster: { ...describeCluster(place, cluster), Status: "deleting" } };
  remove(place, cluster);
  return answer;
}

/** Tags an instance or cluster. */
export function addTags({ place }: ServiceCall, form: URLSearchParams): null {
  Object.assign(findTagged(place, demandField(form, "ResourceName")).tags, readTags(form));
  return null;
}
