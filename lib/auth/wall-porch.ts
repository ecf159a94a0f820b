import "server-only";
import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import type { Outcome } from "@/lib/core/outcome";
import { wallCookieName, wallCookieOptions } from "./wall-token";

/** Puts a display's token into the cookie of the browser that was paired, and shows the wall. */
export async function keepPaired(outcome: Outcome<string>): Promise<Outcome<null>> {
  if (!outcome.ok) return outcome;
  const jar = await cookies();
  jar.set(wallCookieName, outcome.value, wallCookieOptions);
  return redirect("/wall");
}
