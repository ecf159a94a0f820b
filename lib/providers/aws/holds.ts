import { type LegalHold, paginateListLegalHolds, paginateListRecoveryPointsByLegalHold } from "@aws-sdk/client-backup";
import type { ObservedHold, Pages } from "@/lib/providers/contract";
import { named, readPages } from "./errors";
import type { AwsClients } from "./session";

/** Every legal hold of the region, those that stand with the points they keep. */
export async function* readHolds(clients: AwsClients): Pages<ObservedHold> {
  const pages = readPages(
    () => paginateListLegalHolds({ client: clients.backup, stopOnSameToken: true }, {}),
    ({ LegalHolds = [] }) => LegalHolds,
  );
  for await (const page of pages) {
    const read: ObservedHold[] = [];
    for (const hold of page) read.push(await toHold(clients, hold));
    yield read;
  }
}

async function toHold({ backup }: AwsClients, hold: LegalHold): Promise<ObservedHold> {
  const pointRefs: string[] = [];
  const stands = hold.CancellationDate === undefined && hold.Status !== "CANCELED";
  const points = readPages(
    () =>
      paginateListRecoveryPointsByLegalHold(
        { client: backup, pageSize: 1_000, stopOnSameToken: true },
        { LegalHoldId: named(hold.LegalHoldId, "legal hold's id") },
      ),
    ({ RecoveryPoints = [] }) => RecoveryPoints,
  );
  if (stands)
    for await (const page of points)
      pointRefs.push(...page.flatMap(({ RecoveryPointArn }) => (RecoveryPointArn ? [RecoveryPointArn] : [])));
  return {
    providerRef: named(hold.LegalHoldArn, "legal hold's ARN"),
    title: hold.Title ?? "",
    rawStatus: hold.Status ?? "",
    createdAt: named(hold.CreationDate, "legal hold's creation date"),
    releasedAt: hold.CancellationDate ?? null,
    pointRefs,
  };
}
