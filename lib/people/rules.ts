import type { Role, Scope } from "@/lib/access/permissions";
import { accept, type Outcome, refuse } from "@/lib/core/outcome";

/** Roles in words, with what they are for, in the order a screen lists them. */
export const roleWords: Record<Role, { name: string; text: string }> = {
  viewer: { name: "Viewer", text: "Sees systems, recovery points and restores." },
  operator: { name: "Operator", text: "Starts backups and requests and starts restores." },
  approver: { name: "Approver", text: "Approves restores that others request." },
  security_approver: { name: "Security approver", text: "Gives the second word on the gravest restores." },
  auditor: { name: "Auditor", text: "Reads and exports the audit log." },
  administrator: { name: "Administrator", text: "Manages people, connections and tiers." },
  break_glass: { name: "Break-glass", text: "Stands by for an emergency; reads only until then." },
};

type ScopeColumns = {
  scopeKind: Scope["kind"];
  scopeTeam: { name: string } | null;
  scopeTagKey: string | null;
  scopeTagValue: string | null;
};

/** What a stored scope covers, in words: "team Payments", "tag stage=prod", "everything". */
export function scopeText({ scopeKind, scopeTeam, scopeTagKey, scopeTagValue }: ScopeColumns): string {
  if (scopeKind === "team") return `team ${scopeTeam?.name ?? "that is gone"}`;
  return scopeKind === "tag" ? `tag ${scopeTagKey}=${scopeTagValue}` : "everything";
}

/** The roles whose votes count. */
const voting: readonly Role[] = ["approver", "security_approver"];

export type FactorKind = "passkey" | "totp";
export type FactorView = {
  id: string;
  kind: FactorKind;
  name: string;
  createdAt: string;
  lastUsedAt: string | null;
  /** Until then the factor does not count for the gravest votes; null when it does. */
  coolingUntil: string | null;
  suspected: boolean;
  /** The key cannot leave its device; null where that is not known. */
  deviceBound: boolean | null;
};

/** How many recovery codes a person has; the codes themselves are kept nowhere. */
export type RecoveryView = { made: number; left: number; madeAt: string | null };

export type SessionView = {
  id: string;
  label: string;
  address: string | null;
  createdAt: string;
  lastSeenAt: string;
  expiresAt: string;
  mine: boolean;
};

export type RoleGrantView = { id: string; role: Role; scope: Scope; scopeText: string };

export type PersonView = {
  id: string;
  displayName: string;
  email: string;
  status: "invited" | "active" | "disabled";
  roles: RoleGrantView[];
  passkeys: number;
  totps: number;
  liveSessions: number;
  lastSeenAt: string | null;
  /** When an unused enrolment code runs out; null where there is none. */
  codeUntil: string | null;
  revision: number;
};

/** How many passkeys a person must hold: two for whoever votes, in production, so that a lost one does not stop a restore. */
export const passkeysNeeded = (roles: readonly Role[], production: boolean): number =>
  production && roles.some((role) => voting.includes(role)) ? 2 : 0;

type Held = { id: string; kind: FactorKind; suspected: boolean };

/** Whether a factor can go: somebody always keeps one that works, and whoever votes keeps the passkeys they need. */
export function removeFactor(factors: readonly Held[], factorId: string, needed: number): Outcome<null> {
  const going = factors.find(({ id }) => id === factorId);
  if (!going) return refuse("not_found", "This factor is not there any more.");
  const left = factors.filter(({ id, suspected }) => id !== factorId && !suspected);
  if (left.length === 0) return refuse("conflict", "This is your last factor. Add another one before you remove it.");
  const passkeys = left.filter(({ kind }) => kind === "passkey").length;
  if (going.kind === "passkey" && !going.suspected && passkeys < needed)
    return refuse("conflict", `Approvers keep at least ${needed} passkeys. Add another one before you remove this.`);
  return accept(null);
}

/** Nobody widens or narrows their own rights: it takes a second administrator. */
export function changeRights(actorId: string, personId: string): Outcome<null> {
  return actorId === personId
    ? refuse("forbidden", "Nobody changes their own rights. Ask another administrator.")
    : accept(null);
}

/** An installation without an administrator cannot be mended from inside. */
export function keepAnAdministrator(others: number): Outcome<null> {
  return others > 0 ? accept(null) : refuse("conflict", "This is the last administrator. Make another one first.");
}
