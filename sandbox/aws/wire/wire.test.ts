import { describe, expect, it } from "vitest";
import { readCredentialScope } from "@/sandbox/aws/wire/credential-scope";
import { decodeRequest } from "@/sandbox/aws/wire/decode";
import { encodeAnswer } from "@/sandbox/aws/wire/encode";
import { readOperations } from "@/sandbox/aws/wire/model";
import { createPageTokens } from "@/sandbox/aws/wire/page-tokens";
import { createRouter } from "@/sandbox/aws/wire/router";

const operations = readOperations();
const route = createRouter(operations.values());
const noQuery = new URLSearchParams();

function decode(method: string, path: string, body: object | string = "", query = "") {
  const search = new URLSearchParams(query);
  const found = route(method, path, search);
  if (!found) throw new Error(`Nothing has ${method} ${path}.`);
  return decodeRequest(found, search, typeof body === "string" ? body : JSON.stringify(body));
}

function operationOf(name: string) {
  const operation = operations.get(name);
  if (!operation) throw new Error(`No ${name}.`);
  return operation;
}

describe("routing", () => {
  it.each(["/backup-vaults", "/backup-vaults/"])("takes %s for the same list", (path) => {
    expect(route("GET", path, noQuery)?.operation.name).toBe("ListBackupVaults");
  });

  it("keeps an encoded slash inside its label", () => {
    const arn = "arn:aws:ec2:eu-central-1::snapshot/snap-1";
    const found = route("GET", `/backup-vaults/main/recovery-points/${encodeURIComponent(arn)}`, noQuery);
    expect(found?.operation.name).toBe("DescribeRecoveryPoint");
    expect(found?.labels).toEqual({ BackupVaultName: "main", RecoveryPointArn: arn });
  });

  it("tells a literal query from its absence", () => {
    const path = "/backup-vaults/main/mpaApprovalTeam";
    expect(route("POST", path, new URLSearchParams("delete="))?.operation.name).toBe(
      "DisassociateBackupVaultMpaApprovalTeam",
    );
    expect(route("POST", path, noQuery)).toBeNull();
    expect(route("PUT", path, noQuery)?.operation.name).toBe("AssociateBackupVaultMpaApprovalTeam");
  });

  it("prefers a literal segment to a label", () => {
    expect(route("GET", "/backup/template/plans", noQuery)?.operation.name).toBe("ListBackupPlanTemplates");
    expect(route("GET", "/backup/plans/abc", noQuery)?.operation.name).toBe("GetBackupPlan");
  });

  it("finds every operation of the model at its own address", () => {
    for (const { name, method, segments, literalQuery } of operations.values()) {
      const path = `/${segments.map((segment) => segment.replace(/[{}]/g, "x")).join("/")}`;
      expect(route(method, path, new URLSearchParams(literalQuery ?? ""))?.operation.name).toBe(name);
    }
  });
});

describe("reading a request", () => {
  it("reads moments as ISO text in the query and as epoch seconds in the body", () => {
    expect(decode("GET", "/backup-jobs", "", "createdAfter=2026-01-02T03%3A04%3A05Z")).toEqual({
      ByCreatedAfter: new Date("2026-01-02T03:04:05Z"),
    });
    const hold = {
      Title: "t",
      Description: "d",
      RecoveryPointSelection: { DateRange: { FromDate: 1516925490.087, ToDate: 1516925491 } },
    };
    expect(decode("POST", "/legal-holds", hold)).toMatchObject({
      RecoveryPointSelection: { DateRange: { FromDate: new Date(1516925490087) } },
    });
  });

  it("ignores members that the model does not know", () => {
    expect(decode("PUT", "/backup-vaults/main", { Surprise: 1 })).toEqual({ BackupVaultName: "main" });
  });

  it.each([
    ["a missing member", "PUT", "/restore-jobs", { RecoveryPointArn: "x" }, "", "MissingParameterValueException"],
    [
      "a missing member deep inside",
      "PUT",
      "/backup/plans",
      { BackupPlan: { BackupPlanName: "p", Rules: [{ RuleName: "r" }] } },
      "",
      "MissingParameterValueException",
    ],
    [
      "a number for a text",
      "PUT",
      "/restore-jobs",
      { RecoveryPointArn: 1, Metadata: {} },
      "",
      "SerializationException",
    ],
    [
      "a text for a map",
      "PUT",
      "/restore-jobs",
      { RecoveryPointArn: "x", Metadata: "y" },
      "",
      "SerializationException",
    ],
    ["a body that is no JSON", "PUT", "/restore-jobs", "{", "", "SerializationException"],
    ["a list as the body", "PUT", "/restore-jobs", "[]", "", "SerializationException"],
    ["a page size that is no number", "GET", "/backup-jobs", "", "maxResults=many", "SerializationException"],
    ["a page of none", "GET", "/backup-jobs", "", "maxResults=0", "InvalidParameterValueException"],
    ["a page above a thousand", "GET", "/backup-jobs", "", "maxResults=1001", "InvalidParameterValueException"],
    ["a moment that is none", "GET", "/backup-jobs", "", "createdAfter=soon", "SerializationException"],
  ])("refuses %s", (_, method, path, body, query, name) => {
    expect(() => decode(method, path, body, query)).toThrow(expect.objectContaining({ name }));
  });
});

describe("writing an answer", () => {
  const { output } = operationOf("StartRestoreJob");

  it("writes moments as epoch seconds and leaves absent values out", () => {
    const vault = operationOf("DescribeBackupVault").output;
    expect(
      encodeAnswer(vault, { BackupVaultName: "v", CreationDate: new Date(1516925490087), LockDate: undefined }),
    ).toBe('{"BackupVaultName":"v","CreationDate":1516925490.087}');
  });

  it.each([
    ["a member that the model does not know", output, { RestoreJobID: "x" }],
    ["a value of the wrong type", output, { RestoreJobId: 5 }],
    ["an answer without a required member", operationOf("GetRestoreTestingInferredMetadata").output, {}],
  ])("refuses %s", (_, shape, answer) => {
    expect(() => encodeAnswer(shape, answer)).toThrow();
  });
});

describe("credentials and page tokens", () => {
  it("reads the credential scope", () => {
    const header =
      "AWS4-HMAC-SHA256 Credential=AKIA1/20260302/eu-central-1/backup/aws4_request, SignedHeaders=host, Signature=0";
    expect(readCredentialScope(header)).toEqual({ accessKeyId: "AKIA1", region: "eu-central-1", service: "backup" });
    expect(() => readCredentialScope(undefined)).toThrow(
      expect.objectContaining({ name: "MissingAuthenticationTokenException" }),
    );
    expect(() => readCredentialScope("Bearer x")).toThrow(expect.objectContaining({ name: "IncompleteSignature" }));
  });

  it("opens a page token only where it was sealed", () => {
    const tokens = createPageTokens();
    const token = tokens.seal("account one", { atMs: 5, id: "a" });
    expect(tokens.open("account one", token)).toEqual({ atMs: 5, id: "a" });
    for (const [binding, text] of [
      ["account two", token],
      ["account one", `${token.slice(0, -2)}AA`],
      ["account one", "x"],
    ] as const)
      expect(() => tokens.open(binding, text)).toThrow(
        expect.objectContaining({ name: "InvalidParameterValueException" }),
      );
  });
});
