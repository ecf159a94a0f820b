import "server-only";
import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import type { Outcome } from "@/lib/core/outcome";
import type { Paired } from "./displays";
import { wallCookieName, wallCookieOptions } from "./wall-token";

/** Puts a display's token into the cookie of the browser that was paired, for as long as the display lasts, and shows the wall. */
export async function keepPaired(outcome: Outcome<Paired>): Promise<Outcome<null>> {
  if (!outcome.ok) return outcome;
  const { token, expiresAt } = outcome.value;
  const jar = await cookies();
  jar.set(wallCookieName, token, { ...wallCookieOptions, expires: expiresAt });
  return redirect("/wall");
}
