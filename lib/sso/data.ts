import "server-only";
import { read } from "@/lib/access/read";
import { localPrivileges, ssoSettings } from "@/lib/auth/sso-settings";
import { accept } from "@/lib/core/outcome";
import { scopeText } from "@/lib/people/rules";
import { removingMapping, unlinking } from "./operations";
import type { IdentityView, MappingView, SsoView } from "./rules";
import { identitiesOf, identityToUnlink, mappingToRemove, nothing } from "./schema";

/** How single sign-on is set up, without its secret, and what its claims are worth. */
export const getSso = read(
  "people:read",
  nothing,
  async ({ db, visible }): Promise<{ sso: SsoView | null; mappings: MappingView[] } | null> => {
    if (visible !== "all") return null;
    const rows = await db.idpRoleMapping.findMany({
      include: { scopeTeam: { select: { name: true } } },
      orderBy: [{ value: "asc" }, { role: "asc" }, { id: "asc" }],
      take: 1_000,
    });
    const mappings = rows.map((row) => ({
      id: row.id,
      claimPath: row.claimPath,
      value: row.value,
      role: row.role,
      scopeText: scopeText(row),
      current: row.issuer === ssoSettings?.issuer && row.claimPath === ssoSettings.roleClaim,
    }));
    if (!ssoSettings) return { sso: null, mappings };
    const { label, issuer, roleClaim, acceptedAcr, makesPeople } = ssoSettings;
    return { sso: { label, issuer, roleClaim, acceptedAcr, makesPeople, localPrivileges }, mappings };
  },
);

/** The identities that a person signs in with; null where there is no identity provider and never was. */
export const listIdentities = read(
  "people:read",
  identitiesOf,
  async ({ db, visible }, { personId }): Promise<{ possible: boolean; identities: IdentityView[] } | null> => {
    if (visible !== "all") return null;
    const rows = await db.identity.findMany({ where: { userId: personId }, orderBy: { createdAt: "asc" }, take: 50 });
    if (!ssoSettings && rows.length === 0) return null;
    const identities = rows.map(({ id, issuer, subject, createdAt, lastUsedAt }) => ({
      id,
      issuer,
      subject,
      createdAt: createdAt.toISOString(),
      lastUsedAt: lastUsedAt?.toISOString() ?? null,
    }));
    return { possible: ssoSettings !== null, identities };
  },
);

/** What a proof of presence must name before a mapping is removed. */
export const proofOfUnmapping = read("people:edit", mappingToRemove, async ({ db, actor }, input) =>
  accept(await removingMapping(db, actor.id, input)),
);
/** What a proof of presence must name before an identity is unlinked. */
export const proofOfUnlink = read("people:edit", identityToUnlink, async ({ db }, input) =>
  accept(await unlinking(db, input)),
);
