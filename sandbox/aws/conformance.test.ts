import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { backupHandlers } from "@/sandbox/aws/backup-service";
import { buildSmallEstate } from "@/sandbox/aws/estates/small";
import {
  buildRequest,
  errorNamesOf,
  findDepartures,
  loadOfficialModel,
  type OfficialModel,
  officialModelFile,
} from "@/sandbox/aws/testing/official-model";
import { days, hours, minutes, startTestCloud, type TestCloud } from "@/sandbox/aws/testing/test-cloud";
import { arns, frankfurt, home, homeKey, serviceRole, startMs, virginia } from "@/sandbox/aws/testing/test-world";

const model = loadOfficialModel();
const commonErrors = [
  "AccessDeniedException",
  "ThrottlingException",
  "UnrecognizedClientException",
  "SerializationException",
];

/** A client that knows nothing but the official model. */
function createOfficialClient(
  official: OfficialModel,
  url: () => string,
  { key, region } = { key: homeKey, region: frankfurt },
) {
  const authorization = `AWS4-HMAC-SHA256 Credential=${key}/20260302/${region}/backup/aws4_request, SignedHeaders=host, Signature=0`;
  const departures: string[] = [];
  const touched = new Set<string>();
  const send = async (name: string, input: Record<string, unknown>) => {
    const { method, target, body } = buildRequest(official, name, input);
    const headers = { authorization, ...(body === "" ? {} : { "content-type": "application/json" }) };
    const response = await fetch(`${url()}${target}`, { method, headers, ...(body === "" ? {} : { body }) });
    return { response, text: await response.text() };
  };
  return {
    departures,
    touched,
    /** Calls an operation that must succeed, and answers its document. */
    call: async (name: string, input: Record<string, unknown> = {}): Promise<Record<string, unknown>> => {
      const { response, text } = await send(name, input);
      if (response.status >= 300) throw new Error(`${name} was refused: ${text}`);
      touched.add(name);
      departures.push(...findDepartures(official, name, response.status, text));
      return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
    },
    /** Calls an operation that must be refused, and answers the error's name. */
    refuse: async (name: string, input: Record<string, unknown>): Promise<string> => {
      const { response, text } = await send(name, input);
      if (response.status < 300) throw new Error(`${name} was not refused.`);
      const error = response.headers.get("x-amzn-errortype") ?? "";
      const document = JSON.parse(text) as { Code?: string; Message?: string; Type?: string };
      if (document.Code !== error || !document.Message || !document.Type)
        departures.push(`${name}: the error's body is ${text}`);
      if (![...errorNamesOf(official, name), ...commonErrors].includes(error))
        departures.push(`${name} does not know ${error}`);
      return `${response.status} ${error}`;
    },
  };
}

describe("every operation, called by a client made from the official model", () => {
  if (model === null) {
    it("is not checked, because the official model is missing", () => {
      console.warn(`Conformance is not checked: ${officialModelFile} is missing.`);
      expect(model).toBeNull();
    });
    return;
  }

  let cloud: TestCloud;
  const client = createOfficialClient(model, () => cloud.url);
  const { call, refuse } = client;

  beforeAll(async () => {
    cloud = await startTestCloud();
  });
  afterAll(() => cloud.stop());

  const text = (document: Record<string, unknown>, key: string) => String(document[key]);
  const main = { BackupVaultName: "main" };

  it("answers vaults", async () => {
    await call("CreateBackupVault", { BackupVaultName: "fresh", BackupVaultTags: { a: "b" }, CreatorRequestId: "1" });
    await call("CreateLogicallyAirGappedBackupVault", {
      BackupVaultName: "gapped",
      MinRetentionDays: 7,
      MaxRetentionDays: 30,
    });
    await cloud.advance(minutes(1));
    await call("DescribeBackupVault", { BackupVaultName: "gapped" });
    await call("PutBackupVaultLockConfiguration", {
      BackupVaultName: "fresh",
      MinRetentionDays: 1,
      ChangeableForDays: 3,
    });
    await call("DescribeBackupVault", { BackupVaultName: "fresh" });
    await call("DeleteBackupVaultLockConfiguration", { BackupVaultName: "fresh" });
    await call("PutBackupVaultAccessPolicy", { BackupVaultName: "fresh", Policy: '{"Statement":[]}' });
    await call("GetBackupVaultAccessPolicy", { BackupVaultName: "fresh" });
    await call("DeleteBackupVaultAccessPolicy", { BackupVaultName: "fresh" });
    await call("PutBackupVaultNotifications", {
      BackupVaultName: "fresh",
      SNSTopicArn: "arn:aws:sns:x:1:t",
      BackupVaultEvents: ["COPY_JOB_FAILED"],
    });
    await call("GetBackupVaultNotifications", { BackupVaultName: "fresh" });
    await call("DeleteBackupVaultNotifications", { BackupVaultName: "fresh" });
    await call("ListBackupVaults", { MaxResults: 2 });
    await call("DeleteBackupVault", { BackupVaultName: "fresh" });
    expect(client.departures).toEqual([]);
  });

  it("answers plans and selections", async () => {
    const rule = {
      RuleName: "hourly",
      TargetBackupVaultName: "main",
      ScheduleExpression: "cron(0 * ? * * *)",
      Lifecycle: { DeleteAfterDays: 100, MoveToColdStorageAfterDays: 10 },
      CopyActions: [{ DestinationBackupVaultArn: `arn:aws:backup:${virginia}:${home}:backup-vault:main` }],
    };
    const plan = {
      BackupPlanName: "p",
      Rules: [rule],
      AdvancedBackupSettings: [{ ResourceType: "EC2", BackupOptions: { WindowsVSS: "enabled" } }],
    };
    const made = await call("CreateBackupPlan", { BackupPlan: plan, BackupPlanTags: { a: "b" } });
    const planId = { BackupPlanId: text(made, "BackupPlanId") };
    const selection = { SelectionName: "s", IamRoleArn: serviceRole, Resources: [arns.disk, arns.files] };
    const selected = await call("CreateBackupSelection", { ...planId, BackupSelection: selection });
    const selectionId = { ...planId, SelectionId: text(selected, "SelectionId") };
    await call("GetBackupSelection", selectionId);
    await call("ListBackupSelections", planId);
    await cloud.advance(hours(3));
    await call("GetBackupPlan", { ...planId, MaxScheduledRunsPreview: 3 });
    await call("UpdateBackupPlan", { ...planId, BackupPlan: plan });
    await call("ListBackupPlanVersions", planId);
    await call("ListBackupPlans", { IncludeDeleted: true });
    await call("DeleteBackupSelection", selectionId);
    await call("DeleteBackupPlan", planId);
    await call("ListBackupPlans", { IncludeDeleted: true });
    expect(client.departures).toEqual([]);
  });

  it("answers jobs, points and copies", async () => {
    const started = await call("StartBackupJob", {
      ...main,
      ResourceArn: arns.disk,
      IamRoleArn: serviceRole,
      Lifecycle: { DeleteAfterDays: 5 },
      IdempotencyToken: "t",
    });
    await cloud.advance(minutes(1));
    await call("DescribeBackupJob", { BackupJobId: text(started, "BackupJobId") });
    await cloud.advance(minutes(30));
    const job = await call("DescribeBackupJob", { BackupJobId: text(started, "BackupJobId") });
    const point = { ...main, RecoveryPointArn: text(job, "RecoveryPointArn") };
    const stopped = await call("StartBackupJob", { ...main, ResourceArn: arns.disk, IamRoleArn: serviceRole });
    await call("StopBackupJob", { BackupJobId: text(stopped, "BackupJobId") });
    await cloud.advance(minutes(5));
    await call("ListBackupJobs", { ByCreatedAfter: new Date(startMs - days(1)), ByResourceType: "EBS" });
    await call("ListBackupJobSummaries", { AggregationPeriod: "SEVEN_DAYS", State: "AGGREGATE_ALL" });
    await call("DescribeRecoveryPoint", point);
    await call("GetRecoveryPointRestoreMetadata", point);
    await call("GetRestoreTestingInferredMetadata", point);
    await call("UpdateRecoveryPointLifecycle", { ...point, Lifecycle: { DeleteAfterDays: 50 } });
    await call("ListRecoveryPointsByBackupVault", { ...main, MaxResults: 3 });
    await call("ListRecoveryPointsByResource", { ResourceArn: arns.disk });
    await call("ListProtectedResources");
    await call("ListProtectedResourcesByBackupVault", main);
    await call("DescribeProtectedResource", { ResourceArn: arns.disk });
    await call("TagResource", { ResourceArn: point.RecoveryPointArn, Tags: { kept: "yes" } });
    await call("ListTags", { ResourceArn: point.RecoveryPointArn });
    await call("UntagResource", { ResourceArn: point.RecoveryPointArn, TagKeyList: ["kept"] });
    const copy = await call("StartCopyJob", {
      SourceBackupVaultName: "main",
      RecoveryPointArn: point.RecoveryPointArn,
      DestinationBackupVaultArn: `arn:aws:backup:${frankfurt}:${home}:backup-vault:second`,
      IamRoleArn: serviceRole,
    });
    await cloud.advance(hours(1));
    await call("DescribeCopyJob", { CopyJobId: text(copy, "CopyJobId") });
    await call("ListCopyJobs");
    await call("ListCopyJobSummaries");
    await call("DeleteRecoveryPoint", point);
    expect(client.departures).toEqual([]);
  });

  it("answers restores", async () => {
    const pointArn = await cloud.backUp(arns.orders);
    const started = await call("StartRestoreJob", {
      RecoveryPointArn: pointArn,
      IamRoleArn: serviceRole,
      Metadata: { DBInstanceIdentifier: "copy" },
      IdempotencyToken: "t",
    });
    const id = { RestoreJobId: text(started, "RestoreJobId") };
    await cloud.advance(minutes(2));
    await call("DescribeRestoreJob", id);
    await cloud.advance(hours(1));
    await call("GetRestoreJobMetadata", id);
    await call("PutRestoreValidationResult", {
      ...id,
      ValidationStatus: "SUCCESSFUL",
      ValidationStatusMessage: "fine",
    });
    await call("DescribeRestoreJob", id);
    await call("ListRestoreJobs", { ByStatus: "COMPLETED" });
    await call("ListRestoreJobsByProtectedResource", { ResourceArn: arns.orders });
    await call("ListRestoreJobSummaries");
    await call("DescribeProtectedResource", { ResourceArn: arns.orders });
    expect(client.departures).toEqual([]);
  });

  it("answers continuous points", async () => {
    await cloud.plan({
      ScheduleExpression: "cron(0 * ? * * *)",
      EnableContinuousBackup: true,
      Lifecycle: { DeleteAfterDays: 3 },
    });
    await cloud.advance(hours(2));
    const { RecoveryPoints: points } = await call("ListRecoveryPointsByBackupVault", {
      ...main,
      ByResourceArn: arns.orders,
    });
    const continuous = (points as { Status: string; RecoveryPointArn: string }[]).find(
      ({ Status }) => Status === "AVAILABLE",
    );
    await call("DisassociateRecoveryPoint", { ...main, RecoveryPointArn: continuous?.RecoveryPointArn ?? "" });
    expect(client.departures).toEqual([]);
  });

  it("answers legal holds", async () => {
    const scope = {
      VaultNames: ["main"],
      ResourceIdentifiers: [arns.disk],
      DateRange: { FromDate: new Date(startMs), ToDate: new Date(startMs + days(9)) },
    };
    const made = await call("CreateLegalHold", {
      Title: "t",
      Description: "d",
      RecoveryPointSelection: scope,
      IdempotencyToken: "h",
    });
    const id = { LegalHoldId: text(made, "LegalHoldId") };
    await cloud.advance(minutes(1));
    await call("GetLegalHold", id);
    await call("ListRecoveryPointsByLegalHold", id);
    await call("CancelLegalHold", { ...id, CancelDescription: "over", RetainRecordInDays: 5 });
    await cloud.advance(minutes(1));
    await call("GetLegalHold", id);
    await call("ListLegalHolds");
    expect(client.departures).toEqual([]);
  });

  it("answers settings", async () => {
    await call("GetSupportedResourceTypes");
    await call("UpdateRegionSettings", { ResourceTypeOptInPreference: { EBS: true } });
    await call("DescribeRegionSettings");
    await call("UpdateGlobalSettings", { GlobalSettings: { isCrossAccountBackupEnabled: "true" } });
    await call("DescribeGlobalSettings");
    expect(client.departures).toEqual([]);
  });

  it("answers restore testing plans", async () => {
    const name = { RestoreTestingPlanName: "weekly" };
    const scope = {
      Algorithm: "LATEST_WITHIN_WINDOW",
      IncludeVaults: ["*"],
      RecoveryPointTypes: ["SNAPSHOT"],
      SelectionWindowDays: 7,
    };
    await call("CreateRestoreTestingPlan", {
      RestoreTestingPlan: { ...name, ScheduleExpression: "cron(0 5 ? * 1 *)", RecoveryPointSelection: scope },
    });
    await call("GetRestoreTestingPlan", name);
    await call("UpdateRestoreTestingPlan", { ...name, RestoreTestingPlan: { StartWindowHours: 5 } });
    await call("ListRestoreTestingPlans");
    const selection = { ...name, RestoreTestingSelectionName: "disks" };
    const wanted = {
      RestoreTestingSelectionName: "disks",
      ProtectedResourceType: "EBS",
      ProtectedResourceArns: ["*"],
      IamRoleArn: serviceRole,
    };
    await call("CreateRestoreTestingSelection", { ...name, RestoreTestingSelection: wanted });
    await call("GetRestoreTestingSelection", selection);
    await call("UpdateRestoreTestingSelection", {
      ...selection,
      RestoreTestingSelection: { ValidationWindowHours: 3 },
    });
    await call("ListRestoreTestingSelections", name);
    await call("DeleteRestoreTestingSelection", selection);
    await call("DeleteRestoreTestingPlan", name);
    expect(client.departures).toEqual([]);
  });

  it("has then been called, each one that the sandbox carries out", () => {
    expect([...client.touched].sort()).toEqual(Object.keys(backupHandlers).sort());
  });

  it.each([
    ["DescribeBackupVault", { BackupVaultName: "nowhere" }, "403 AccessDeniedException"],
    ["CreateBackupVault", { BackupVaultName: "main" }, "400 AlreadyExistsException"],
    ["CreateBackupVault", { BackupVaultName: "no spaces" }, "400 InvalidParameterValueException"],
    ["DeleteBackupVault", { BackupVaultName: "main" }, "400 InvalidRequestException"],
    ["GetBackupPlan", { BackupPlanId: "none" }, "400 ResourceNotFoundException"],
    ["DescribeBackupJob", { BackupJobId: "none" }, "400 ResourceNotFoundException"],
    ["DescribeRestoreJob", { RestoreJobId: "none" }, "400 ResourceNotFoundException"],
    ["DescribeRecoveryPoint", { BackupVaultName: "main", RecoveryPointArn: "none" }, "400 ResourceNotFoundException"],
    ["GetBackupVaultAccessPolicy", { BackupVaultName: "main" }, "400 ResourceNotFoundException"],
    ["StartRestoreJob", { RecoveryPointArn: "x" }, "400 MissingParameterValueException"],
    ["ListBackupJobs", { ByState: "DREAMING" }, "400 InvalidParameterValueException"],
    ["ListBackupJobs", { MaxResults: 1001 }, "400 InvalidParameterValueException"],
    ["ListBackupJobs", { NextToken: "forged" }, "400 InvalidParameterValueException"],
    ["CreateBackupPlan", { BackupPlan: { BackupPlanName: "x", Rules: 5 } }, "400 SerializationException"],
    [
      "CreateReportPlan",
      { ReportPlanName: "r", ReportDeliveryChannel: { S3BucketName: "b" }, ReportSetting: { ReportTemplate: "t" } },
      "400 InvalidRequestException",
    ],
  ])("refuses %s %j with %s", async (name, input, refusal) => {
    expect(await refuse(name, input)).toBe(refusal);
  });

  it("speaks only of errors that the operation knows", () => {
    expect(client.departures.filter((line) => !line.startsWith("CreateReportPlan"))).toEqual([]);
  });
});

describe("the company of the demo", () => {
  if (model === null) return;

  it("is listed by the official model in every account and region", async () => {
    const official = model;
    const world = buildSmallEstate({ now: new Date(startMs), seed: "conformance" });
    const cloud = await startTestCloud({ world });
    try {
      const departures = new Set<string>();
      for (const account of Object.values(world.accounts)) {
        const key = `AKIA${account.id}`;
        account.accessKeys[key] = { id: key, userName: "auditor", allowedActions: ["*"] };
        for (const region of Object.keys(account.regions))
          for (const line of await readEverything(official, cloud.url, key, region))
            departures.add(line.replace(/\[\d+\]/g, "[]"));
      }
      expect([...departures]).toEqual([]);
    } finally {
      await cloud.stop();
    }
  }, 60_000);
});

const pagedLists = [
  "ListBackupJobs",
  "ListCopyJobs",
  "ListRestoreJobs",
  "ListProtectedResources",
  "ListLegalHolds",
  "ListBackupPlans",
  "ListBackupJobSummaries",
];

/** Reads every list of a region to its end, and answers the departures from the model. */
async function readEverything(official: OfficialModel, url: string, key: string, region: string): Promise<string[]> {
  const client = createOfficialClient(official, () => url, { key, region });
  const readAll = async (name: string, input: Record<string, unknown> = {}) => {
    for (let token: unknown = null; token !== undefined; ) {
      const page: Record<string, unknown> = await client.call(name, {
        ...input,
        ...(token === null ? {} : { NextToken: token }),
      });
      token = page.NextToken;
    }
  };
  for (const name of pagedLists) await readAll(name);
  const { BackupVaultList: vaults } = await client.call("ListBackupVaults");
  for (const { BackupVaultName } of vaults as { BackupVaultName: string }[])
    await readAll("ListRecoveryPointsByBackupVault", { BackupVaultName });
  const { BackupPlansList: plans } = await client.call("ListBackupPlans");
  for (const { BackupPlanId } of plans as { BackupPlanId: string }[]) {
    await client.call("GetBackupPlan", { BackupPlanId });
    await readAll("ListBackupSelections", { BackupPlanId });
  }
  return client.departures;
}
