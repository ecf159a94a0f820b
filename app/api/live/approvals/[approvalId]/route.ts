import { live } from "@/lib/access/live";
import { getChangeStanding } from "@/lib/changes/data";

export async function GET(_: Request, { params }: RouteContext<"/api/live/approvals/[approvalId]">) {
  const ref = await params;
  return live((actor) => getChangeStanding(actor, ref));
}
