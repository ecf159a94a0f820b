import { phrases } from "./phrases";
import { type AuditBody, type auditAreas, auditBody } from "./schema";

/** Names that the ids of an event stand for, where they are known. */
export type EventNames = { actor?: string | undefined; target?: string | undefined };

/** Who somebody was, after they were erased. */
export const erasedName = "an erased person";

/** Reads a canonical body; null for what we did not write. */
export function readBody(body: string): AuditBody | null {
  try {
    const read = auditBody.safeParse(JSON.parse(body));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}

/** Whether an action has a sentence of its own. */
export const hasPhrase = (action: string): boolean => Object.hasOwn(phrases, action);

const kindWords: Record<string, string> = {
  user: "a person",
  account: "an unknown account",
  restore: "a system",
  approval: "a system",
  backup: "a resource",
  resource: "a resource",
  system: "a system",
  tier: "a tier",
  team: "no team",
  connection: "a connection",
  wall_display: "a wall display",
};

const shortId = (id: string) => (/^[0-9a-f]{8}-/.test(id) ? id.slice(-8) : id);

/** What an event is about, in words. */
export const targetWords = (target: AuditBody["target"], name?: string): string =>
  name ?? (target.id === "none" ? (kindWords[target.type] ?? "nothing") : `${target.type} ${shortId(target.id)}`);

const machines: Record<string, string> = {
  worker: "The worker",
  "worker dispatch": "The worker",
  "worker follow": "The worker",
  "web dispatch": "The server",
  "sign-in": "The sign-in page",
  "wall-pairing": "The pairing page of wall displays",
  installer: "The installer",
  console: "Somebody at the server's console",
  "demo-seed": "The demo's seed",
};

/** Who did it, in words. */
export const actorWords = (actor: AuditBody["actor"], name?: string): string =>
  actor.type === "user"
    ? (name ?? `Somebody (${shortId(actor.id)})`)
    : actor.type === "display"
      ? (name ?? `A wall display (${shortId(actor.id)})`)
      : (machines[actor.id] ?? `Holdfast (${actor.id})`);

const ended = (text: string) => (/[.!?…]$/.test(text) ? text : `${text}.`);

/** An event as a sentence: who did what to what, and how it ended. Whatever it does not know it names as it stands. */
export function sentenceOf(body: AuditBody, names: EventNames = {}): string {
  const { action, outcome, reason } = body;
  const phrase = hasPhrase(action) ? phrases[action] : undefined;
  const target = targetWords(body.target, names.target);
  const byTarget = phrase?.byTarget === true && body.actor.type !== "user";
  const unknownAccount = byTarget && body.target.type === "account";
  const who = unknownAccount ? "Somebody unknown" : byTarget ? target : actorWords(body.actor, names.actor);
  const why = reason ? `: ${reason}` : "";
  const what = action.replaceAll(/[._]/g, " ");
  if (outcome === "denied") return ended(`${who} was not allowed to ${phrase?.to ?? `do “${what}”`}${why}`);
  if (outcome === "failure")
    return ended(`${who} tried to ${phrase?.to ?? `do “${what}” to ${target}`} and failed${why}`);
  return ended(phrase ? `${who} ${phrase.did(target, body.detail)}` : `${who} did “${what}” to ${target}`);
}

/** The first words of the actions in each part of the log. */
export const areaPrefixes: Record<(typeof auditAreas)[number], readonly string[]> = {
  restores: ["restore", "approval", "freeze"],
  backups: ["backup"],
  estate: ["system", "resource", "tier", "health", "policy", "exclusion", "import", "view"],
  connections: ["connection"],
  rules: ["change", "installation"],
  people: ["person", "people", "role", "session", "factor", "step_up", "team", "recovery_code", "wall"],
  audit: ["audit", "demo"],
};

/** Where what an event is about can be looked at; null where it has no page of its own. */
export function targetHref({ type, id }: AuditBody["target"]): string | null {
  if (!/^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(id))
    return type === "tier" && /^[a-z0-9-]+$/.test(id) ? `/settings/tiers/${id}` : null;
  if (type === "restore") return `/restores/${id}`;
  if (type === "approval") return `/approvals/${id}`;
  if (type === "system") return `/systems/${id}`;
  if (type === "connection") return `/settings/connections/${id}`;
  if (type === "user") return `/settings/people/${id}`;
  return null;
}

/** The most events one export holds. */
export const exportMost = 100_000;

/** Whether a head over this event is anchored at once: the call of a restore at level 0. */
export const isUrgent = (body: AuditBody | null): boolean =>
  body !== null && ["restore.start", "restore.dispatch.intent"].includes(body.action) && body.detail.level === 0;

const anchorEverySeconds = 600;
const anchorDailySeconds = 86_400;

/** Where a target stands: the newest head, the newest that cannot wait, and what the target has. */
export type AnchorStanding = {
  headSize: number | null;
  urgentSize: number | null;
  anchoredSize: number | null;
  ageSeconds: number | null;
};

/** Whether a target is given the head: after ten minutes with something new, at once when it cannot wait, and daily. */
export function isAnchorDue({ headSize, urgentSize, anchoredSize, ageSeconds }: AnchorStanding): boolean {
  if (headSize === null) return false;
  if (anchoredSize === null || ageSeconds === null) return true;
  if (urgentSize !== null && urgentSize > anchoredSize) return true;
  return ageSeconds >= (headSize > anchoredSize ? anchorEverySeconds : anchorDailySeconds);
}

/** How long a target rests after so many failures in a row: from 15 s, doubling, to 15 min. */
export const retryAfterSeconds = (failures: number): number => Math.min(15 * 2 ** Math.max(failures - 1, 0), 900);

/** A seal that is later than this is shown as a fault. */
export const sealLateSeconds = 60;

/** Beyond this, changes of governance and restores at level 0 wait until sealing goes on. */
export const sealBlocksSeconds = 900;

export type SealStanding = "fresh" | "late" | "blocking";

/** What a lag of the sealer means. */
export const sealStanding = (lagSeconds: number): SealStanding =>
  lagSeconds > sealBlocksSeconds ? "blocking" : lagSeconds > sealLateSeconds ? "late" : "fresh";
