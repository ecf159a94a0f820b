import "server-only";
import { notFound, redirect } from "next/navigation";
import { currentActor, currentWatcher } from "@/lib/auth/actor";
import { Refusal } from "@/lib/core/outcome";
import { pageIsRead } from "./page-is-read";
import type { Actor, DisplayActor, UserActor } from "./permissions";

/** One read for a page. What may not be seen looks like what is not there. */
export async function show<View>(view: (actor: UserActor) => Promise<View | null>): Promise<View> {
  return look(await signedIn(), view);
}

/** As show, for the wall: a paired display sees it too, and is told by one word where it no longer does. */
export async function showWall<View>(
  view: (actor: UserActor | DisplayActor) => Promise<View | null>,
): Promise<View | "dead" | "busy"> {
  const watcher = await currentWatcher();
  if (watcher === null) return redirect("/sign-in");
  return typeof watcher === "string" ? watcher : look(watcher, view);
}

async function look<Who extends Actor, View>(actor: Who, view: (actor: Who) => Promise<View | null>): Promise<View> {
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
