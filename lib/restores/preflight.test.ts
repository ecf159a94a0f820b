import { expect, it } from "vitest";
import { judge, type PreflightFacts } from "./preflight";

const now = new Date("2026-11-24T12:00:00.000Z");
const facts: PreflightFacts = {
  now,
  point: {
    continuous: false,
    status: "available",
    rawStatus: "COMPLETED",
    expiresAt: null,
    dataAsOf: now,
    storageClass: "warm",
    malware: "clean",
  },
  restoreTime: null,
  window: null,
  targetName: "orders-rr1",
  nameTaken: false,
  createsNew: true,
  targetRegion: "eu-central-1",
  allowedRegions: [],
  actRole: true,
  serviceRole: true,
  lastProof: { at: now, passed: true, level: "validated" },
  dependents: [],
  measuredSeconds: [600],
  rtoSeconds: 3_600,
  assertions: 1,
  probe: true,
  notRestored: [],
  readAgeSeconds: 60,
};

it.each([
  ["says nothing of regions where data may be kept anywhere", [], undefined],
  ["lets a target lie in a region where data may be kept", ["eu-central-1", "eu-west-1"], "ok"],
  ["warns of a target in a region where data may not be kept", ["eu-west-1"], "warn"],
])("the pre-flight %s", (_, allowedRegions, verdict) => {
  expect(judge({ ...facts, allowedRegions }).find(({ id }) => id === "region")?.verdict).toBe(verdict);
});
