import "server-only";
import { currentActor, currentWatcher } from "@/lib/auth/actor";
import { Refusal, type RefusalCode } from "@/lib/core/outcome";
import type { Actor } from "./permissions";

const statusOf: Record<RefusalCode, number> = {
  unauthenticated: 401,
  forbidden: 403,
  step_up_required: 403,
  invalid: 422,
  not_found: 404,
  conflict: 409,
  rate_limited: 429,
  unavailable: 503,
};

const bare = (status: number) => new Response(null, { status, headers: { "cache-control": "no-store" } });

/** Serves one read to a polling browser. Polling never extends a session's idle time (decisions 37). */
export async function live(view: (actor: Actor) => Promise<unknown>): Promise<Response> {
  return answer(await currentActor({ polling: true }), view);
}

/** As live, for the wall: a paired display is answered as well, until it is taken off. */
export async function liveWall(view: (actor: Actor) => Promise<unknown>): Promise<Response> {
  const watcher = await currentWatcher();
  if (watcher === "busy") return bare(429);
  return answer(watcher === "dead" ? null : watcher, view);
}

async function answer(actor: Actor | null, view: (actor: Actor) => Promise<unknown>): Promise<Response> {
  if (!actor) return bare(401);
  try {
    const body = await view(actor);
    return body === null ? bare(404) : Response.json(body, { headers: { "cache-control": "no-store" } });
  } catch (error) {
    if (error instanceof Refusal) return bare(statusOf[error.refused.code]);
    throw error;
  }
}
