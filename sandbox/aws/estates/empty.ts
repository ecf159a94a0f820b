import {
  addEstateAccount,
  connectionTo,
  type EstateConnection,
  type EstateCredentials,
} from "@/sandbox/aws/estates/accounts";
import { createWorld, type World } from "@/sandbox/aws/world";

const accountId = "774400550066";

/** How to reach the one account of the empty estate. */
export const emptyEstateConnections: readonly EstateConnection[] = [
  connectionTo("Empty account", accountId, ["eu-central-1", "us-east-1"], "holdfast-empty-1f6a"),
];

/** The user that may assume its roles. */
export const emptyEstateCredentials: EstateCredentials = {
  accountId,
  accessKeyId: "AKIAEMPTYSANDBOX0001",
  secretAccessKey: "sandbox/secret/that/opens/nothing/outside",
};

/** An account on its first day: roles and regions, and nothing to back up. */
export function buildEmptyEstate({ now, seed }: { now: Date; seed: string }): World {
  const world = createWorld("empty", seed, now.getTime());
  for (const connection of emptyEstateConnections) addEstateAccount(world, connection, emptyEstateCredentials);
  return world;
}
