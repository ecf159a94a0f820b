import { live } from "@/lib/access/live";
import { getBackupStanding } from "@/lib/backups/data";

export async function GET(_: Request, { params }: RouteContext<"/api/live/backups/[resourceId]">) {
  const ref = await params;
  return live((actor) => getBackupStanding(actor, ref));
}
