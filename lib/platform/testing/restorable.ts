import { randomUUID } from "node:crypto";
import type { ConnectionSettings } from "@/lib/providers/contract";
import { ownerDb } from "./owner";

const account = "441100220033";

/** A system with one RDS database, its vault and one point of an hour ago, in a connection that may restore. */
export async function restorable(
  options: { environment?: "production" | "staging"; settings?: Partial<ConnectionSettings> } = {},
) {
  const tag = randomUUID().slice(0, 8);
  const settings: ConnectionSettings = {
    account,
    regions: ["eu-central-1"],
    endpoint: null,
    readRoleRef: `arn:aws:iam::${account}:role/holdfast-read`,
    actRoleRef: `arn:aws:iam::${account}:role/holdfast-act`,
    cleanupRoleRef: null,
    externalId: "an-external-id",
    serviceRoleRef: `arn:aws:iam::${account}:role/service-role/AWSBackupDefaultServiceRole`,
    ...options.settings,
  };
  const now = new Date();
  const hourAgo = new Date(now.getTime() - 3_600_000);
  const place = { region: "eu-central-1", observedAt: now };
  const connection = await ownerDb.connection.create({
    data: { kind: "aws", name: `Account ${tag}`, account, settings, lastSuccessAt: now },
  });
  const of = { connectionId: connection.id, ...place };
  const system = await ownerDb.system.create({
    data: { slug: `orders-${tag}`, name: `Orders ${tag}`, environment: options.environment ?? "staging" },
  });
  const resource = await ownerDb.resource.create({
    data: {
      ...of,
      providerRef: `arn:aws:rds:eu-central-1:${account}:db:orders-${tag}`,
      kind: "RDS",
      name: `orders-${tag}`,
      account,
    },
  });
  await ownerDb.systemResource.create({ data: { systemId: system.id, resourceId: resource.id, validFrom: hourAgo } });
  const vault = await ownerDb.vault.create({
    data: {
      ...of,
      providerRef: `arn:aws:backup:eu-central-1:${account}:backup-vault:main-${tag}`,
      name: `main-${tag}`,
      kind: "standard",
    },
  });
  const point = await ownerDb.recoveryPoint.create({
    data: {
      ...of,
      providerRef: `arn:aws:rds:eu-central-1:${account}:snapshot:awsbackup:job-${tag}`,
      resourceId: resource.id,
      vaultId: vault.id,
      account,
      kind: "snapshot",
      status: "available",
      rawStatus: "COMPLETED",
      dataAsOf: hourAgo,
      startedAt: hourAgo,
      completedAt: hourAgo,
    },
  });
  return { connection, system, resource, vault, point };
}
