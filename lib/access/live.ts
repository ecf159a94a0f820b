import "server-only";
import { currentActor } from "@/lib/auth/actor";
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
  const actor = await currentActor({ polling: true });
  if (!actor) return bare(401);
  try {
    const body = await view(actor);
    return body === null ? bare(404) : Response.json(body, { headers: { "cache-control": "no-store" } });
  } catch (error) {
    if (error instanceof Refusal) return bare(statusOf[error.refused.code]);
    throw error;
  }
}
