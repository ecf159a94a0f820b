import { describe, expect, it } from "vitest";
import { ProviderError } from "@/lib/providers/contract";
import { toProviderError } from "./errors";
import { toJobState, toPercent } from "./jobs";
import { toPoint, toPointStatus, toVault } from "./points";
import { toRestoreForm } from "./restores";

const day = new Date("2026-11-24T00:00:00Z");

describe("the state of a recovery point", () => {
  it.each([
    ["CREATING", "creating"],
    ["COMPLETED", "available"],
    ["AVAILABLE", "available"],
    ["PARTIAL", "partial"],
    ["STOPPED", "stopped"],
    ["EXPIRED", "expired"],
    ["DELETING", "deleting"],
    ["", "unknown"],
    ["ARCHIVED_SOMEWHERE", "unknown"],
    ["constructor", "unknown"],
  ])("%s is %s", (raw, status) => {
    expect(toPointStatus(raw)).toBe(status);
  });
});

describe("the state of a job", () => {
  it.each([
    ["CREATED", undefined, undefined, "queued"],
    ["RUNNING", undefined, undefined, "running"],
    ["ABORTING", undefined, undefined, "cancelling"],
    ["COMPLETED", "SUCCESS", "Done.", "succeeded"],
    ["COMPLETED", undefined, undefined, "succeeded"],
    ["COMPLETED", "VSS_ERROR", "Windows VSS failed.", "succeeded_with_issues"],
    ["COMPLETED", undefined, "PITR already configured.", "succeeded_with_issues"],
    ["PARTIAL", undefined, undefined, "partial"],
    ["EXPIRED", undefined, undefined, "expired"],
    ["toString", undefined, undefined, "running"],
    ["PONDERING", undefined, undefined, "running"],
  ])("%s (%s, %s) is %s", (raw, category, message, state) => {
    expect(toJobState(raw, category, message)).toBe(state);
  });

  it.each([
    ["0.0", 0],
    ["41.7", 42],
    ["100.0", 100],
    ["250", 100],
    ["", null],
    [undefined, null],
  ])("percent %s is %s", (text, percent) => {
    expect(toPercent(text)).toBe(percent);
  });
});

describe("a lock", () => {
  const vault = { BackupVaultArn: "arn:aws:backup:eu-west-1:1:backup-vault:v", BackupVaultName: "v" };
  it.each([
    ["without one", {}, "none", null],
    ["that its administrators can take off", { Locked: true }, "governance", null],
    ["that nobody can take off from a day on", { Locked: true, LockDate: day }, "compliance", day],
    [
      "of an air-gapped vault",
      { VaultType: "LOGICALLY_AIR_GAPPED_BACKUP_VAULT", CreationDate: day } as const,
      "compliance",
      day,
    ],
  ])("%s", (_, more, lockMode, lockFinalAt) => {
    expect(toVault({ ...vault, ...more })).toMatchObject({ lockMode, lockFinalAt });
  });
});

it("tells a copy's own place from its resource's", () => {
  const point = toPoint({
    RecoveryPointArn: "arn:aws:backup:eu-west-1:222222222222:recovery-point:1",
    BackupVaultArn: "arn:aws:backup:eu-west-1:222222222222:backup-vault:copies",
    ResourceArn: "arn:aws:rds:eu-central-1:111111111111:db:orders",
    SourceBackupVaultArn: "arn:aws:backup:eu-central-1:111111111111:backup-vault:daily",
    Status: "COMPLETED",
  });
  expect(point).toMatchObject({
    account: "222222222222",
    resourceAccount: "111111111111",
    resourceRegion: "eu-central-1",
    resourceName: "orders",
    dataAsOf: null,
    kind: "snapshot",
  });
  expect(point.copyOfRef).toContain("daily");
});

describe("a failure in our words", () => {
  const failure = (name: string, more: object = {}, message = name) =>
    Object.assign(new Error(message), { name, ...more });
  it.each([
    ["AccessDeniedException", {}, "denied", true],
    ["UnauthorizedOperation", {}, "denied", true],
    ["UnrecognizedClientException", {}, "region_disabled", true],
    ["ExpiredTokenException", {}, "role_not_assumable", true],
    ["ThrottlingException", {}, "throttled", false],
    ["RequestLimitExceeded", {}, "throttled", false],
    ["TimeoutError", {}, "timed_out", false],
    ["AbortError", {}, "timed_out", false],
    ["Error", { code: "ECONNREFUSED" }, "unreachable", false],
    ["Error", { code: "ECONNRESET" }, "unreachable", false],
    ["ServiceUnavailableException", { $metadata: { httpStatusCode: 500 } }, "broken", false],
    ["ResourceNotFoundException", {}, "not_found", true],
    ["DBInstanceNotFoundFault", {}, "not_found", true],
    ["NoSuchBucket", {}, "not_found", true],
    ["DBInstanceAlreadyExistsFault", {}, "conflict", true],
    ["LimitExceededException", {}, "conflict", true],
    ["InvalidParameterValueException", {}, "invalid", true],
    ["MissingParameterValueException", {}, "invalid", true],
    ["SomethingNobodyKnows", { $metadata: { httpStatusCode: 403 } }, "denied", true],
    ["SomethingNobodyKnows", { $metadata: { httpStatusCode: 418 } }, "broken", false],
    ["AccessDeniedException", { $metadata: { attempts: 2 } }, "denied", false],
  ])("%s %j is %s, definite: %s", (name, more, kind, definite) => {
    expect(toProviderError(failure(name, more))).toMatchObject({ kind, definite });
  });

  it("keeps what it is already", () => {
    const error = new ProviderError("denied", "No.", "X", true);
    expect(toProviderError(error)).toBe(error);
  });

  it("does not take a reused token for a call that did nothing", () => {
    const error = failure(
      "InvalidRequestException",
      {},
      "The idempotency token was used before with different parameters.",
    );
    expect(toProviderError(error)).toMatchObject({ kind: "conflict", definite: false });
  });
});

describe("the form of a restore", () => {
  const form = toRestoreForm(
    "RDS",
    { dbInstanceClass: "db.m5.large", EngineVersion: "16.4", "aws:backup:request-id": "1", MultiAZ: "true" },
    false,
  );
  const field = (key: string) => form.fields.find((one) => one.key === key);

  it("proposes what the source has, whatever the case of its keys, and names nothing itself", () => {
    expect(field("DBInstanceClass")).toMatchObject({ sourceValue: "db.m5.large", readOnly: false });
    expect(field("DBInstanceIdentifier")).toMatchObject({ isTargetName: true, required: true, sourceValue: null });
  });

  it("shows what AWS tells for information, and never sends it back", () => {
    expect(field("EngineVersion")).toMatchObject({ readOnly: true, sourceValue: "16.4" });
    expect(field("aws:backup:request-id")).toBeUndefined();
  });

  it.each([
    ["RDS", true, true],
    ["RDS", false, false],
    ["Aurora", true, true],
    ["S3", true, true],
    ["DynamoDB", true, false],
    ["VirtualMachine", false, false],
  ])("of %s (continuous: %s) offers a moment: %s", (kind, continuous, pointInTime) => {
    expect(toRestoreForm(kind, {}, continuous).pointInTime).toBe(pointInTime);
  });

  it("of an unknown kind still shows the source's settings", () => {
    const { fields } = toRestoreForm("Quantum", { Size: "3", Encrypted: "true" }, false);
    expect(fields).toMatchObject([
      { key: "Size", readOnly: false },
      { key: "Encrypted", readOnly: true },
    ]);
  });
});
