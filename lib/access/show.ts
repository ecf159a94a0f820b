import "server-only";
import { notFound, redirect } from "next/navigation";
import { currentActor } from "@/lib/auth/actor";
import { Refusal } from "@/lib/core/outcome";
import { pageIsRead } from "./page-is-read";
import type { Actor, UserActor } from "./permissions";

/** One read for a page. What may not be seen looks like what is not there. */
export async function show<View>(view: (actor: UserActor) => Promise<View | null>): Promise<View> {
  const actor = await signedIn();
  const found = await view(actor)
    .catch((error) => {
      if (error instanceof Refusal) return null;
      throw error;
    })
    .finally(pageIsRead().resolve);
  return found ?? notFound();
}

/** Whoever is signed in with two factors; sends everybody else to sign in. */
export async function signedIn(): Promise<UserActor> {
  const actor: Actor | null = await currentActor();
  return actor?.kind === "user" ? actor : redirect("/sign-in");
}
