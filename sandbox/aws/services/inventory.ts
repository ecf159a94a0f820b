import { randomUUID } from "node:crypto";
import { readKey } from "@/sandbox/aws/engine/restore-metadata";
import type { Service, ServiceAnswer, ServiceCall } from "@/sandbox/aws/service";
import { answerJson, answerJsonError, readDocument, readTarget } from "@/sandbox/aws/services/json-protocol";
import { readAction, readEntries, readForm, refuseAction } from "@/sandbox/aws/services/query-protocol";
import { answerXml, isoOf, present } from "@/sandbox/aws/services/xml";
import { CloudError } from "@/sandbox/aws/wire/errors";
import type { Resource, ResourceType } from "@/sandbox/aws/world";

const gigabyte = 1024 ** 3;
const ec2Namespace = "http://ec2.amazonaws.com/doc/2016-11-15/";

function liveOf({ place }: ServiceCall, type: ResourceType): Resource[] {
  const found = Object.values(place.region.resources).filter((one) => one.deletedMs === null && one.type === type);
  return found.sort((left, right) => (left.name < right.name ? -1 : 1));
}

function cutPage(call: ServiceCall, scope: string, resources: Resource[], token: string | null, size: number) {
  const binding = [call.place.account.id, call.place.region.name, scope].join("\n");
  const after = token === null || token === "" ? "" : call.pageTokens.open(binding, token).id;
  const rest = resources.filter(({ name }) => name > after);
  const page = rest.slice(0, size);
  const last = page.at(-1);
  return {
    page,
    next: rest.length > size && last ? call.pageTokens.seal(binding, { atMs: 0, id: last.name }) : undefined,
  };
}

function demandRight({ caller }: ServiceCall, action: string) {
  if (!caller.allows(action)) throw refuseAction(caller.principalArn, action);
}

function tagSet(tags: Record<string, string>): object | string {
  const item = Object.entries(tags).map(([key, value]) => ({ key, value }));
  return item.length > 0 ? { item } : "";
}

function toVolume(one: Resource, regionName: string): object {
  return present({
    volumeId: one.name,
    size: Number(readKey(one.settings, "volumeSize") ?? Math.max(1, Math.ceil(one.sizeBytes / gigabyte))),
    availabilityZone: readKey(one.settings, "availabilityZone") ?? `${regionName}a`,
    status: "available",
    createTime: isoOf(one.createdMs),
    encrypted: readKey(one.settings, "encrypted") ?? "false",
    kmsKeyId: readKey(one.settings, "kmsKeyId"),
    volumeType: readKey(one.settings, "volumeType") ?? "gp3",
    tagSet: tagSet(one.tags),
  });
}

function toReservation(one: Resource, accountId: string): object {
  return {
    reservationId: `r-${one.name.replace(/^i-/, "")}`,
    ownerId: accountId,
    instancesSet: {
      item: [
        present({
          instanceId: one.name,
          instanceType: readKey(one.settings, "InstanceType") ?? "t3.medium",
          instanceState: { code: 16, name: "running" },
          launchTime: isoOf(one.createdMs),
          vpcId: readKey(one.settings, "vpcId"),
          subnetId: readKey(one.settings, "SubnetId"),
          tagSet: tagSet(one.tags),
        }),
      ],
    },
  };
}

function describeEc2(call: ServiceCall): ServiceAnswer {
  const action = readAction(call.request);
  const form = readForm(call.request);
  const isVolumes = action === "DescribeVolumes";
  if (!isVolumes && action !== "DescribeInstances")
    throw new CloudError("UnknownOperationException", `${action} is not available in this sandbox.`);
  demandRight(call, `ec2:${action}`);
  const idName = isVolumes ? "VolumeId" : "InstanceId";
  const ids = readEntries(form, idName).flatMap((entry) => entry.get("") ?? []);
  const all = liveOf(call, isVolumes ? "EBS" : "EC2");
  const missing = ids.find((id) => !all.some(({ name }) => name === id));
  if (missing !== undefined)
    throw new CloudError(
      isVolumes ? "InvalidVolume.NotFound" : "InvalidInstanceID.NotFound",
      `The ID '${missing}' does not exist`,
    );
  const wanted = ids.length === 0 ? all : all.filter(({ name }) => ids.includes(name));
  const size = Number(form.get("MaxResults") ?? 1000);
  const { page, next } = cutPage(call, action, wanted, form.get("NextToken"), size);
  const item = page.map((one) =>
    isVolumes ? toVolume(one, call.place.region.name) : toReservation(one, call.place.account.id),
  );
  return answerXml(200, `${action}Response`, {
    "@xmlns": ec2Namespace,
    requestId: randomUUID(),
    [isVolumes ? "volumeSet" : "reservationSet"]: item.length > 0 ? { item } : "",
    ...(next === undefined ? {} : { nextToken: next }),
  });
}

const ec2Names: Record<string, string> = {
  AccessDeniedException: "UnauthorizedOperation",
  UnrecognizedClientException: "AuthFailure",
  ExpiredTokenException: "RequestExpired",
  ThrottlingException: "RequestLimitExceeded",
  ServiceUnavailableException: "Unavailable",
  UnknownOperationException: "InvalidAction",
};

/** EC2 as far as an inventory needs it. */
export const ec2Service: Service = {
  isGlobal: false,
  operationOf: readAction,
  answer: describeEc2,
  answerError: (error) =>
    answerXml(error.status, "Response", {
      Errors: { Error: { Code: ec2Names[error.name] ?? error.name, Message: error.message } },
      RequestID: randomUUID(),
    }),
};

function listTables(call: ServiceCall, input: Record<string, unknown>): object {
  const start = typeof input.ExclusiveStartTableName === "string" ? input.ExclusiveStartTableName : "";
  const limit = typeof input.Limit === "number" ? input.Limit : 100;
  if (limit < 1 || limit > 100) throw new CloudError("ValidationException", "Limit must be between 1 and 100.");
  const rest = liveOf(call, "DynamoDB").filter(({ name }) => name > start);
  const page = rest.slice(0, limit).map(({ name }) => name);
  return { TableNames: page, ...(rest.length > limit ? { LastEvaluatedTableName: page.at(-1) } : {}) };
}

function describeTable(call: ServiceCall, input: Record<string, unknown>): object {
  const table = liveOf(call, "DynamoDB").find(({ name, arn }) => name === input.TableName || arn === input.TableName);
  if (!table)
    throw new CloudError(
      "ResourceNotFoundException",
      `Requested resource not found: Table: ${String(input.TableName)} not found`,
    );
  return {
    Table: {
      TableName: table.name,
      TableArn: table.arn,
      TableStatus: "ACTIVE",
      CreationDateTime: table.createdMs / 1000,
      TableSizeBytes: table.sizeBytes,
    },
  };
}

/** DynamoDB as far as an inventory needs it. */
export const dynamodbService: Service = {
  isGlobal: false,
  operationOf: readTarget,
  answer: (call) => {
    const operation = readTarget(call.request);
    const run = operation === "ListTables" ? listTables : operation === "DescribeTable" ? describeTable : null;
    if (!run) throw new CloudError("UnknownOperationException", `${operation} is not available in this sandbox.`);
    demandRight(call, `dynamodb:${operation}`);
    return answerJson("1.0", run(call, readDocument(call.request)));
  },
  answerError: (error) => answerJsonError("1.0", error),
};

function isFileSystemList({ method, rawPath }: { method: string; rawPath: string }): boolean {
  return method === "GET" && /^\/2015-02-01\/file-systems\/?$/.test(rawPath);
}

function describeFileSystems(call: ServiceCall): ServiceAnswer {
  const { query } = call.request;
  const wantedId = query.get("FileSystemId");
  const all = liveOf(call, "EFS").filter(({ name }) => wantedId === null || name === wantedId);
  if (wantedId !== null && all.length === 0)
    throw new CloudError("FileSystemNotFound", `File system '${wantedId}' does not exist.`);
  const { page, next } = cutPage(
    call,
    "DescribeFileSystems",
    all,
    query.get("Marker"),
    Number(query.get("MaxItems") ?? 100),
  );
  const body = {
    FileSystems: page.map((one) => ({
      FileSystemId: one.name,
      FileSystemArn: one.arn,
      OwnerId: call.place.account.id,
      CreationToken: readKey(one.settings, "CreationToken") ?? one.name,
      CreationTime: one.createdMs / 1000,
      LifeCycleState: "available",
      Name: one.tags.Name,
      NumberOfMountTargets: one.restoredByJobId === null ? 2 : 0,
      SizeInBytes: { Value: one.sizeBytes },
      PerformanceMode: readKey(one.settings, "PerformanceMode") ?? "generalPurpose",
      Encrypted: readKey(one.settings, "Encrypted") !== "false",
      Tags: Object.entries(one.tags).map(([Key, Value]) => ({ Key, Value })),
    })),
    NextMarker: next,
  };
  return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

/** EFS as far as an inventory needs it. */
export const efsService: Service = {
  isGlobal: false,
  operationOf: (request) => (isFileSystemList(request) ? "DescribeFileSystems" : ""),
  answer: (call) => {
    if (!isFileSystemList(call.request))
      throw new CloudError("UnknownOperationException", "Not available in this sandbox.");
    demandRight(call, "elasticfilesystem:DescribeFileSystems");
    return describeFileSystems(call);
  },
  answerError: (error) => ({
    status: error.status,
    headers: { "content-type": "application/json", "x-amzn-errortype": error.name },
    body: JSON.stringify({ ErrorCode: error.name, Message: error.message }),
  }),
};

const s3Names: Record<string, string> = {
  AccessDeniedException: "AccessDenied",
  UnrecognizedClientException: "InvalidAccessKeyId",
  ExpiredTokenException: "ExpiredToken",
  ThrottlingException: "SlowDown",
  ServiceUnavailableException: "ServiceUnavailable",
  UnknownOperationException: "NotImplemented",
};

function isBucketList({ method, rawPath }: { method: string; rawPath: string }): boolean {
  return method === "GET" && rawPath === "/";
}

/** S3 as far as an inventory needs it: the account's buckets in every region. */
export const s3Service: Service = {
  isGlobal: true,
  operationOf: (request) => (isBucketList(request) ? "ListBuckets" : ""),
  answer: (call) => {
    if (!isBucketList(call.request))
      throw new CloudError("UnknownOperationException", "Only ListBuckets is available in this sandbox.");
    demandRight(call, "s3:ListAllMyBuckets");
    const { query } = call.request;
    const wantedRegion = query.get("bucket-region");
    const prefix = query.get("prefix") ?? "";
    const buckets = Object.values(call.place.account.regions).flatMap((region) =>
      Object.values(region.resources)
        .filter((one) => one.type === "S3" && one.deletedMs === null && one.name.startsWith(prefix))
        .filter(() => wantedRegion === null || region.name === wantedRegion)
        .map((one) => ({ region: region.name, resource: one })),
    );
    const byName = new Map(buckets.map((bucket) => [bucket.resource.name, bucket]));
    const sorted = [...byName.values()]
      .map(({ resource }) => resource)
      .sort((left, right) => (left.name < right.name ? -1 : 1));
    const { page, next } = cutPage(
      call,
      "ListBuckets",
      sorted,
      query.get("continuation-token"),
      Number(query.get("max-buckets") ?? 10_000),
    );
    const entries = page.map((one) => ({
      Name: one.name,
      CreationDate: isoOf(one.createdMs),
      BucketRegion: byName.get(one.name)?.region,
    }));
    return answerXml(200, "ListAllMyBucketsResult", {
      "@xmlns": "http://s3.amazonaws.com/doc/2006-03-01/",
      Owner: { ID: call.place.account.id },
      Buckets: entries.length > 0 ? { Bucket: entries } : "",
      ...(next === undefined ? {} : { ContinuationToken: next }),
    });
  },
  answerError: (error) =>
    answerXml(error.status, "Error", {
      Code: s3Names[error.name] ?? error.name,
      Message: error.message,
      RequestId: randomUUID(),
    }),
};
