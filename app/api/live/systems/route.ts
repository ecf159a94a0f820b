import type { NextRequest } from "next/server";
import { live } from "@/lib/access/live";
import { listSystems } from "@/lib/systems/matrix";
import { firstPageRows, laterPageRows } from "@/lib/systems/rules";

export async function GET(request: NextRequest) {
  const { rows, ...asked } = Object.fromEntries(request.nextUrl.searchParams);
  const limit = rows === String(firstPageRows) ? firstPageRows : laterPageRows;
  return live((actor) => listSystems(actor, { ...asked, limit }));
}
