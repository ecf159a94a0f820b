export const permissions = [
  "estate:read",
  "wall:read",
  "estate:edit",
  "tier:edit",
  "connection:edit",
  "connection:sync",
  "backup:start",
  "restore:read",
  "restore:request",
  "restore:start",
  "restore:cancel",
  "restore:approve",
  "restore:freeze",
  "approval:vote",
  "approval:force",
  "approval:review",
  "approval:delegate",
  "approval:drill",
  "policy:edit",
  "change:read",
  "audit:read",
  "audit:export",
  "people:read",
  "people:edit",
  "self:manage",
  "estate:observe",
  "health:evaluate",
  "restore:dispatch",
  "restore:follow",
  "change:apply",
] as const;

export type Permission = (typeof permissions)[number];

export const roles = [
  "viewer",
  "operator",
  "approver",
  "security_approver",
  "auditor",
  "administrator",
  "break_glass",
] as const;
export type Role = (typeof roles)[number];

/** What a role covers: everything, the systems of a team, or the resources with a tag. */
export type Scope =
  | { kind: "everything" }
  | { kind: "team"; teamId: string }
  | { kind: "tag"; key: string; value: string };

export type Grant = { role: Role; scope: Scope };

/** Somebody signed in with two factors, as the database knows them at this request. */
export type UserActor = {
  kind: "user";
  id: string;
  name: string;
  sessionId: string;
  aal: number;
  amr: readonly string[];
  grants: readonly Grant[];
  requestId: string;
  addressPrefix: string | null;
};

/** The worker at its work: it never approves, requests or changes policy. */
export type JobActor = { kind: "job"; id: string; permissions: readonly Permission[]; requestId: string };

/** A paired screen on a wall: it sees the wall within its scope, and nothing else. */
export type DisplayActor = {
  kind: "display";
  id: string;
  name: string;
  scope: Scope;
  requestId: string;
  addressPrefix: string | null;
};

export type Actor = UserActor | JobActor | DisplayActor;

/** Everybody's: to look, to mind their own account, and to cast a vote where they have one or were given one. */
const reads: readonly Permission[] = ["estate:read", "wall:read", "restore:read", "self:manage", "approval:vote"];

const votes: readonly Permission[] = [
  "restore:approve",
  "restore:cancel",
  "approval:review",
  "approval:delegate",
  "approval:drill",
  "change:read",
];

const granted: Record<Role, readonly Permission[]> = {
  viewer: reads,
  operator: [
    ...reads,
    "estate:edit",
    "connection:sync",
    "backup:start",
    "restore:request",
    "restore:start",
    "restore:cancel",
  ],
  approver: [...reads, ...votes],
  security_approver: [...reads, ...votes],
  auditor: [...reads, "audit:read", "audit:export", "people:read", "change:read"],
  administrator: [
    ...reads,
    "estate:edit",
    "tier:edit",
    "connection:edit",
    "connection:sync",
    "restore:cancel",
    "restore:freeze",
    "approval:review",
    "policy:edit",
    "change:read",
    "audit:read",
    "people:read",
    "people:edit",
  ],
  break_glass: [...reads, "approval:force", "change:read"],
};

/** What the worker may do, and nothing else. */
export const jobPermissions: readonly Permission[] = [
  "estate:read",
  "estate:observe",
  "health:evaluate",
  "restore:read",
  "restore:dispatch",
  "restore:follow",
  "change:apply",
];

/** Whether an actor may do this at all; where they may is a matter of scope. */
export function may(actor: Actor, permission: Permission): boolean {
  if (actor.kind === "job") return actor.permissions.includes(permission);
  if (actor.kind === "display") return permission === "wall:read";
  return actor.aal >= 2 && actor.grants.some(({ role }) => granted[role].includes(permission));
}

/** What of the estate an actor may see with a permission: all, or only these teams and tags. */
export type Visible = "all" | { teamIds: readonly string[]; tags: readonly { key: string; value: string }[] };

function scopesOf(actor: UserActor | DisplayActor, permission: Permission): Scope[] {
  if (actor.kind === "display") return may(actor, permission) ? [actor.scope] : [];
  return actor.grants.filter(({ role }) => granted[role].includes(permission)).map(({ scope }) => scope);
}

/** The scopes that a permission has for an actor, joined. */
export function visibleTo(actor: Actor, permission: Permission): Visible {
  if (actor.kind === "job") return "all";
  const scopes = scopesOf(actor, permission);
  if (scopes.some(({ kind }) => kind === "everything")) return "all";
  return {
    teamIds: scopes.flatMap((scope) => (scope.kind === "team" ? [scope.teamId] : [])),
    tags: scopes.flatMap((scope) => (scope.kind === "tag" ? [{ key: scope.key, value: scope.value }] : [])),
  };
}

/** The roles an actor holds anywhere, for the screen. */
export const rolesOf = (actor: Actor): Role[] =>
  actor.kind !== "user" ? [] : [...new Set(actor.grants.map(({ role }) => role))];
