import type { NextRequest } from "next/server";
import { live } from "@/lib/access/live";
import { findSystemChoices } from "@/lib/systems/data";

export async function GET(request: NextRequest) {
  const q = request.nextUrl.searchParams.get("q") ?? "";
  return live((actor) => findSystemChoices(actor, { q }));
}
