import { live } from "@/lib/access/live";
import { getRpoCases } from "@/lib/service-levels/data";

export async function GET(request: Request, { params }: RouteContext<"/systems/[systemId]/time-in-rpo/cases">) {
  const ref = { ...Object.fromEntries(new URL(request.url).searchParams), ...(await params) };
  return live((actor) => getRpoCases(actor, ref));
}
