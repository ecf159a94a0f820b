import {
  paginateDescribeDBClusters,
  paginateDescribeDBInstanceAutomatedBackups,
  paginateDescribeDBInstances,
} from "@aws-sdk/client-rds";
import type { ObservedWindow, Pages } from "@/lib/providers/contract";
import { readPages } from "./errors";
import type { AwsClients } from "./session";

/**
 * How far the region's databases can be rolled, from RDS itself: AWS Backup does not tell (decisions 25). A DB
 * instance's earliest moment stands in its automated backup, its latest in the instance.
 */
export async function* readWindows({ rds }: AwsClients): Pages<ObservedWindow> {
  const earliest = new Map<string, Date>();
  const automated = readPages(
    () => paginateDescribeDBInstanceAutomatedBackups({ client: rds, stopOnSameToken: true }, {}),
    ({ DBInstanceAutomatedBackups = [] }) => DBInstanceAutomatedBackups,
  );
  for await (const page of automated)
    for (const { DBInstanceArn, RestoreWindow } of page)
      if (DBInstanceArn && RestoreWindow?.EarliestTime) earliest.set(DBInstanceArn, RestoreWindow.EarliestTime);

  yield* readPages(
    () => paginateDescribeDBInstances({ client: rds, stopOnSameToken: true }, {}),
    ({ DBInstances = [] }) =>
      DBInstances.flatMap(({ DBInstanceArn, LatestRestorableTime }) =>
        DBInstanceArn && LatestRestorableTime
          ? [
              {
                resourceRef: DBInstanceArn,
                earliestAt: earliest.get(DBInstanceArn) ?? null,
                latestAt: LatestRestorableTime,
              },
            ]
          : [],
      ),
  );
  yield* readPages(
    () => paginateDescribeDBClusters({ client: rds, stopOnSameToken: true }, {}),
    ({ DBClusters = [] }) =>
      DBClusters.flatMap(({ DBClusterArn, EarliestRestorableTime, LatestRestorableTime }) =>
        DBClusterArn && LatestRestorableTime
          ? [{ resourceRef: DBClusterArn, earliestAt: EarliestRestorableTime ?? null, latestAt: LatestRestorableTime }]
          : [],
      ),
  );
}
