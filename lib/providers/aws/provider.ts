import "server-only";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { type ConnectionSettings, type Provider, ProviderError } from "@/lib/providers/contract";
import { ask } from "./errors";
import { readHolds } from "./holds";
import { readBackupJob, readJobs } from "./jobs";
import { readPointStatus, readPoints, readVaults } from "./points";
import { readPolicies } from "./policies";
import { readResources } from "./resources";
import { findRestores, readRestoreForm, readRestoreJob, startBackup, startRestore } from "./restores";
import { checkConnection } from "./self-check";
import { openSession, type Patience, usualPatience } from "./session";
import { completeTarget, isNameTaken, readTargetEndpoint } from "./targets";
import { readWindows } from "./windows";

/** An AWS account through its connection's roles: the read role looks, the act role starts, and neither may delete. */
export function awsProvider(settings: ConnectionSettings, patience: Patience = usualPatience): Provider {
  const session = openSession(settings, settings.readRoleRef, patience);
  const acting = settings.actRoleRef ? openSession(settings, settings.actRoleRef, patience) : null;
  const cleanUp = settings.cleanupRoleRef ? openSession(settings, settings.cleanupRoleRef, patience) : null;
  const read = (region: string) => session.in(demandRegion(settings, region));
  const act = (region: string) => {
    if (!acting)
      throw new ProviderError(
        "denied",
        "This connection has no act role: it can be looked at, and nothing can be started in it.",
        "NoActRole",
        true,
      );
    return acting.in(demandRegion(settings, region));
  };
  const home = settings.regions[0] ?? "us-east-1";
  const place = (region: string) => ({
    region,
    account: settings.account,
    partition: settings.readRoleRef.split(":")[1] ?? "aws",
  });
  return {
    kind: "aws",
    regions: settings.regions,

    async identity() {
      const { Account, Arn } = await ask(() => session.in(home).sts.send(new GetCallerIdentityCommand({})));
      return { account: Account ?? "", principal: Arn ?? "" };
    },
    selfCheck: () => checkConnection(settings, { read: session, act: acting, cleanUp }),

    resources: (region) => readResources(read(region), place(region)),
    vaults: (region) => readVaults(read(region)),
    points: (region, query) => readPoints(read(region), query),
    jobs: (region, query) => readJobs(read(region), query),
    policies: (region) => readPolicies(read(region)),
    holds: (region) => readHolds(read(region)),
    windows: (region) => readWindows(read(region)),

    restoreForm: async (region, query) => readRestoreForm(read(region), query),
    pointStatus: async (region, query) => readPointStatus(read(region), query),
    nameTaken: async (region, query) => isNameTaken(read(region), query),

    startRestore: async (region, order) => startRestore(act(region), order),
    restoreJob: async (region, ref) => readRestoreJob(read(region), ref),
    findRestores: async (region, query) => findRestores(read(region), query),

    startBackup: async (region, order) => startBackup(act(region), order),
    backupJob: async (region, ref) => readBackupJob(read(region), ref),

    targetEndpoint: async (region, query) => readTargetEndpoint(read(region), query),
    completeTarget: async (region, query) => completeTarget(act(region), query),
  };
}

function demandRegion({ regions }: ConnectionSettings, region: string): string {
  if (regions.includes(region)) return region;
  throw new ProviderError("invalid", `This connection does not reach into ${region}.`, "RegionNotConnected", true);
}
