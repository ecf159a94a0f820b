import { live } from "@/lib/access/live";
import { getConnectionProgress } from "@/lib/connections/data";

export async function GET(_: Request, { params }: RouteContext<"/api/live/connections/[connectionId]">) {
  const ref = await params;
  return live((actor) => getConnectionProgress(actor, ref));
}
