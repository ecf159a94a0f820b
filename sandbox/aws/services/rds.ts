import type { Service, ServiceCall } from "@/sandbox/aws/service";
import {
  answerQueryError,
  readAction,
  readEntries,
  readForm,
  readList,
  refuseAction,
} from "@/sandbox/aws/services/query-protocol";
import {
  describeCluster,
  describeClusterAutomatedBackup,
  describeInstance,
  describeInstanceAutomatedBackup,
  describeMember,
  isCluster,
  toTagList,
} from "@/sandbox/aws/services/rds-shapes";
import { addTags, createInstance, deleteCluster, deleteInstance, findTagged } from "@/sandbox/aws/services/rds-writes";
import { answerQuery } from "@/sandbox/aws/services/xml";
import { CloudError } from "@/sandbox/aws/wire/errors";
import type { Resource } from "@/sandbox/aws/world";

const namespace = "http://rds.amazonaws.com/doc/2014-10-31/";
const mostRecords = 100;

type Listed = { id: string; content: object };

/** One page in the Query protocol: `Marker` and `MaxRecords`. */
function paged(
  call: ServiceCall,
  form: URLSearchParams,
  listName: string,
  entryName: string,
  listed: Listed[],
): object {
  const binding = [call.place.account.id, call.place.region.name, "rds", form.get("Action")].join("\n");
  const marker = form.get("Marker");
  const after = marker === null || marker === "" ? null : call.pageTokens.open(binding, marker).id;
  const size = Number(form.get("MaxRecords") ?? mostRecords);
  if (!Number.isInteger(size) || size < 20 || size > mostRecords)
    throw new CloudError("InvalidParameterValue", `Invalid value ${size} for MaxRecords. Must be between 20 and 100.`);
  const sorted = listed.sort((left, right) => (left.id < right.id ? -1 : 1));
  const rest = after === null ? sorted : sorted.filter(({ id }) => id > after);
  const page = rest.slice(0, size);
  const last = page.at(-1);
  return {
    ...(rest.length > size && last ? { Marker: call.pageTokens.seal(binding, { atMs: 0, id: last.id }) } : {}),
    [listName]: page.length > 0 ? { [entryName]: page.map(({ content }) => content) } : "",
  };
}

function liveOf({ place }: ServiceCall, test: (resource: Resource) => boolean): Resource[] {
  return Object.values(place.region.resources).filter((resource) => resource.deletedMs === null && test(resource));
}

function isWanted(
  form: URLSearchParams,
  filterName: string,
  wantedId: string | null,
  id: string,
  arn: string,
): boolean {
  const wanted = [id, arn];
  const filters = readEntries(form, "Filters").filter((entry) => entry.get("Name") === filterName);
  const values = filters.flatMap((entry) =>
    [...entry].flatMap(([key, value]) => (key.startsWith("Values.") ? [value] : [])),
  );
  if (filters.length > 0 && !values.some((value) => wanted.includes(value))) return false;
  return wantedId === null || wanted.includes(wantedId) || wantedId.toLowerCase() === id.toLowerCase();
}

function describeInstances(call: ServiceCall, form: URLSearchParams): object {
  const wantedId = form.get("DBInstanceIdentifier");
  const clusterFilter = readEntries(form, "Filters").some((entry) => entry.get("Name") === "db-cluster-id");
  const own = clusterFilter ? [] : liveOf(call, ({ type }) => type === "RDS");
  const listed = own
    .filter((one) => isWanted(form, "db-instance-id", wantedId, one.name, one.arn))
    .map((one): Listed => ({ id: one.name, content: describeInstance(call.place, one) }));
  for (const cluster of liveOf(call, isCluster)) {
    if (!isWanted(form, "db-cluster-id", null, cluster.name, cluster.arn)) continue;
    for (const member of cluster.instances)
      if (isWanted(form, "db-instance-id", wantedId, member.identifier, member.arn))
        listed.push({ id: member.identifier, content: describeMember(call.place, cluster, member) });
  }
  if (wantedId !== null && listed.length === 0)
    throw new CloudError("DBInstanceNotFound", `DBInstance ${wantedId} not found.`);
  return paged(call, form, "DBInstances", "DBInstance", listed);
}

function describeClusters(call: ServiceCall, form: URLSearchParams): object {
  const wantedId = form.get("DBClusterIdentifier");
  const listed = liveOf(call, isCluster)
    .filter((one) => isWanted(form, "db-cluster-id", wantedId, one.name, one.arn))
    .map((one): Listed => ({ id: one.name, content: describeCluster(call.place, one) }));
  if (wantedId !== null && listed.length === 0)
    throw new CloudError("DBClusterNotFoundFault", `DBCluster ${wantedId} not found.`);
  return paged(call, form, "DBClusters", "DBCluster", listed);
}

function describeAutomated(call: ServiceCall, form: URLSearchParams, ofCluster: boolean): object {
  const wantedId = form.get(ofCluster ? "DBClusterIdentifier" : "DBInstanceIdentifier");
  const resources = Object.values(call.place.region.resources).filter((one) =>
    ofCluster ? isCluster(one) : one.type === "RDS",
  );
  const describe = ofCluster ? describeClusterAutomatedBackup : describeInstanceAutomatedBackup;
  const filter = ofCluster ? "db-cluster-id" : "db-instance-id";
  const listed = resources
    .filter((one) => isWanted(form, filter, wantedId, one.name, one.arn))
    .flatMap((one): Listed[] => {
      const content = describe(call.place, one);
      return content ? [{ id: one.name, content }] : [];
    });
  const name = ofCluster ? "DBClusterAutomatedBackup" : "DBInstanceAutomatedBackup";
  return paged(call, form, `${name}s`, name, listed);
}

const actions: Record<string, (call: ServiceCall, form: URLSearchParams) => object | null> = {
  DescribeDBInstances: describeInstances,
  DescribeDBClusters: describeClusters,
  DescribeDBInstanceAutomatedBackups: (call, form) => describeAutomated(call, form, false),
  DescribeDBClusterAutomatedBackups: (call, form) => describeAutomated(call, form, true),
  ListTagsForResource: (call, form) => ({
    TagList: toTagList(findTagged(call.place, form.get("ResourceName") ?? "").tags),
  }),
  CreateDBInstance: createInstance,
  DeleteDBInstance: deleteInstance,
  DeleteDBCluster: deleteCluster,
  AddTagsToResource: addTags,
  RemoveTagsFromResource: (call, form) => {
    const tagged = findTagged(call.place, form.get("ResourceName") ?? "");
    for (const key of readList(form, "TagKeys")) delete tagged.tags[key];
    return null;
  },
};

/** Relational Database Service: the calls that backups, restores and the clean-up after them need. */
export const rdsService: Service = {
  isGlobal: false,
  operationOf: readAction,
  answer: (call) => {
    const action = readAction(call.request);
    const run = actions[action];
    if (!run)
      throw new CloudError("UnknownOperationException", `The action ${action} is not available in this sandbox.`);
    if (!call.caller.allows(`rds:${action}`)) throw refuseAction(call.caller.principalArn, `rds:${action}`);
    if (!action.startsWith("Describe") && !action.startsWith("List")) call.place.engine.isDirty = true;
    return answerQuery(action, namespace, run(call, readForm(call.request)));
  },
  answerError: answerQueryError,
};
