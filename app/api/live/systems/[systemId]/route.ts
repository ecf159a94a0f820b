import { live } from "@/lib/access/live";
import { getSystemStamp } from "@/lib/systems/history";

export async function GET(_: Request, { params }: RouteContext<"/api/live/systems/[systemId]">) {
  const ref = await params;
  return live((actor) => getSystemStamp(actor, ref));
}
