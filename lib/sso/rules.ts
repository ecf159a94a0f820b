import type { Grant, Role, Scope } from "@/lib/access/permissions";

/** What an identity provider's claims were worth at one sign-in. */
export type ClaimVerdict = { values: string[] } | { missing: true } | { overage: true };

const record = (value: unknown): Record<string, unknown> | null =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;

const own = (holder: Record<string, unknown> | null, key: string): unknown =>
  holder && Object.hasOwn(holder, key) ? holder[key] : undefined;

/** What stands at a path such as `groups` or `realm_access.roles`; a claim whose own name has dots is found whole. */
function valueAt(claims: Record<string, unknown>, path: string): unknown {
  const whole = own(claims, path);
  if (whole !== undefined) return whole;
  return path.split(".").reduce<unknown>((found, key) => own(record(found), key), claims);
}

const longest = 500;

/**
 * The values of the claim that roles are read from. A claim that is not there, or is not text, says nothing and opens
 * nothing; a provider that left it out because it was too long (Entra above 200 groups) is told apart.
 */
export function readRoleClaim(claims: Record<string, unknown>, path: string): ClaimVerdict {
  const head = path.split(".")[0] ?? path;
  if (own(record(claims._claim_names), head) !== undefined || (claims.hasgroups === true && head === "groups"))
    return { overage: true };
  const found = valueAt(claims, path);
  const listed = typeof found === "string" ? [found] : found;
  if (!Array.isArray(listed) || !listed.every((value) => typeof value === "string")) return { missing: true };
  return { values: listed.filter((value) => value !== "" && value.length <= longest) };
}

/** The roles that decide or administer: an identity provider alone never gives them. */
export const privilegedRoles: readonly Role[] = ["approver", "security_approver", "administrator", "break_glass"];

const isPrivileged = ({ role }: Grant) => privilegedRoles.includes(role);

const keyOf = (scope: Scope) =>
  scope.kind === "team"
    ? `team ${scope.teamId}`
    : scope.kind === "tag"
      ? `tag ${JSON.stringify([scope.key, scope.value])}`
      : "everything";

/** What two scopes have in common, as far as one scope can say it; nothing where that is not certain. */
function common(a: Scope, b: Scope): Scope | null {
  if (a.kind === "everything") return b;
  if (b.kind === "everything") return a;
  return keyOf(a) === keyOf(b) ? a : null;
}

type Sides = {
  /** What people gave here. */
  local: readonly Grant[];
  /** What the identity provider's claims are worth; null in a session that a password opened. */
  idp: readonly Grant[] | null;
  /** An operator decided that privileged roles given here need no word of the identity provider. */
  localPrivileges: boolean;
};

/**
 * What a session may do. Reading and operating add up; whoever decides or administers is named so by both sides, since
 * either of them may have fallen: a local grant only restricts what the identity provider says.
 */
export function effectiveGrants({ local, idp, localPrivileges }: Sides): Grant[] {
  if (idp === null) return [...local];
  const plain = [...local, ...idp].filter((grant) => !isPrivileged(grant));
  const held = local.filter(isPrivileged);
  const agreed = localPrivileges
    ? held
    : held.flatMap(({ role, scope }) =>
        idp.flatMap((said): Grant[] => {
          const both = said.role === role ? common(said.scope, scope) : null;
          return both ? [{ role, scope: both }] : [];
        }),
      );
  const seen = new Map([...plain, ...agreed].map((grant) => [`${grant.role} ${keyOf(grant.scope)}`, grant]));
  return [...seen.values()];
}

/** Whether the identity provider says, in words that an operator listed, that it saw two factors. */
export function sawTwoFactors(claims: { acr?: unknown; amr?: unknown }, accepted: readonly string[]): boolean {
  const said = [claims.acr, ...(Array.isArray(claims.amr) ? claims.amr : [])];
  return said.some((value) => typeof value === "string" && accepted.includes(value));
}

/** One line of the role map, as the screen shows it. */
export type MappingView = {
  id: string;
  claimPath: string;
  value: string;
  role: Role;
  scopeText: string;
  /** Says this for the provider and claim that are set now. */
  current: boolean;
};

/** How single sign-on is set up; null where it is not. */
export type SsoView = {
  label: string;
  issuer: string;
  roleClaim: string | null;
  acceptedAcr: readonly string[];
  makesPeople: boolean;
  localPrivileges: boolean;
};

/** One identity that a person signs in with. */
export type IdentityView = {
  id: string;
  issuer: string;
  subject: string;
  createdAt: string;
  lastUsedAt: string | null;
};
