import type { NextRequest } from "next/server";
import { live } from "@/lib/access/live";
import { findByName } from "@/lib/search/data";

export async function GET(request: NextRequest) {
  const q = request.nextUrl.searchParams.get("q") ?? "";
  return live((actor) => findByName(actor, { q }));
}
