import { matchesPattern } from "@/sandbox/aws/engine/coverage";
import type { Service, ServiceCall } from "@/sandbox/aws/service";
import { answerJson, answerJsonError, readDocument, readTarget } from "@/sandbox/aws/services/json-protocol";
import { refuseAction } from "@/sandbox/aws/services/query-protocol";
import { CloudError } from "@/sandbox/aws/wire/errors";
import type { Resource } from "@/sandbox/aws/world";

type TagFilter = { Key: string; Values?: string[] };
type Wanted = {
  PaginationToken?: string;
  ResourcesPerPage?: number;
  TagFilters?: TagFilter[];
  ResourceTypeFilters?: string[];
  ResourceARNList?: string[];
};

const mostPerPage = 100;

function meets(resource: Resource, wanted: Wanted): boolean {
  const { TagFilters: filters = [], ResourceTypeFilters: types = [], ResourceARNList: arns = [] } = wanted;
  if (arns.length > 0 && !arns.includes(resource.arn)) return false;
  if (types.length > 0 && !types.some((type) => isOfType(resource.arn, type))) return false;
  return filters.every(({ Key, Values = [] }) => {
    const value = resource.tags[Key];
    return value !== undefined && (Values.length === 0 || Values.includes(value));
  });
}

/** "rds" or "rds:db" against an ARN. */
function isOfType(arn: string, type: string): boolean {
  const [service = "", kind] = type.split(":");
  const [, , ofService, , , ...rest] = arn.split(":");
  if (ofService !== service) return false;
  return kind === undefined || matchesPattern(`${kind}*`, rest.join(":")) || service === "s3";
}

function getResources({ place, pageTokens }: ServiceCall, wanted: Wanted): object {
  const { PaginationToken: token = "", ResourcesPerPage: size = mostPerPage, ...filter } = wanted;
  if (!Number.isInteger(size) || size < 1 || size > mostPerPage)
    throw new CloudError("InvalidParameterException", "ResourcesPerPage must be between 1 and 100.");
  const binding = [place.account.id, place.region.name, "GetResources", JSON.stringify(filter)].join("\n");
  const after = token === "" ? "" : pageTokens.open(binding, token).id;
  // The real service knows tagged resources only.
  const found = Object.values(place.region.resources)
    .filter(
      (one) => one.deletedMs === null && Object.keys(one.tags).length > 0 && one.arn > after && meets(one, wanted),
    )
    .sort((left, right) => (left.arn < right.arn ? -1 : 1));
  const page = found.slice(0, size);
  const last = page.at(-1);
  return {
    PaginationToken: found.length > size && last ? pageTokens.seal(binding, { atMs: 0, id: last.arn }) : "",
    ResourceTagMappingList: page.map((one) => ({
      ResourceARN: one.arn,
      Tags: Object.entries(one.tags).map(([Key, Value]) => ({ Key, Value })),
    })),
  };
}

/** Resource Groups Tagging API. */
export const taggingService: Service = {
  isGlobal: false,
  operationOf: readTarget,
  answer: (call) => {
    const operation = readTarget(call.request);
    if (operation !== "GetResources")
      throw new CloudError("UnknownOperationException", `${operation} is not available in this sandbox.`);
    if (!call.caller.allows("tag:GetResources")) throw refuseAction(call.caller.principalArn, "tag:GetResources");
    return answerJson("1.1", getResources(call, readDocument(call.request) as Wanted));
  },
  answerError: (error) => answerJsonError("1.1", error),
};
