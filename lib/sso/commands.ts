import "server-only";
import { command } from "@/lib/access/command";
import { endSessionsOf } from "@/lib/auth/sessions";
import { tellOfChange } from "@/lib/auth/tell";
import { governed } from "@/lib/changes/governed";
import { gravest, levelOfRole } from "@/lib/changes/rules";
import { demand, refuse } from "@/lib/core/outcome";
import { bringingBack, checkTeam, columnsOf, overEverybody } from "@/lib/people/assess";
import { scopeWords } from "@/lib/people/operations";
import { changeRights, roleWords } from "@/lib/people/rules";
import { removingMapping, scopeOf, unlinking } from "./operations";
import { mapPlace, ssoIssuer } from "./place";
import { identityToLink, identityToUnlink, mappingToRemove, mappingToSave } from "./schema";

/** Says what a value of the identity provider's claim is worth; it counts from each person's next sign-in. */
export const saveRoleMapping = governed({
  action: "role.map",
  permission: "people:edit",
  input: mappingToSave,
  async assess({ tx }, input) {
    const { issuer, claimPath } = demand(mapPlace());
    const to = `${roleWords[input.role].name}, ${await scopeWords(tx, scopeOf(input))}`;
    return {
      level: levelOfRole(input.role),
      title: `Let ${claimPath} “${input.value}” be worth the role ${roleWords[input.role].name.toLowerCase()}`,
      subject: { type: "installation", id: "sso", name: issuer },
      lines: [{ what: `${claimPath} “${input.value}”`, from: "nothing more than before", to }],
    };
  },
  async check(ctx, input) {
    overEverybody(ctx);
    const place = demand(mapPlace());
    const scope = scopeOf(input);
    await checkTeam(ctx, scope);
    const mapping = { ...place, value: input.value, role: input.role, ...columnsOf(scope) };
    if (await ctx.tx.idpRoleMapping.findFirst({ where: mapping }))
      demand(refuse("conflict", "This mapping is there already."));
  },
  async run({ tx, actor, now }, input) {
    const place = demand(mapPlace());
    const scope = scopeOf(input);
    const mapping = { ...place, value: input.value, role: input.role, ...columnsOf(scope) };
    const { id } = await tx.idpRoleMapping.create({ data: { ...mapping, createdById: actor.id, createdAt: now } });
    const detail = { ...place, value: input.value, role: input.role, scope };
    return { value: null, audit: [["role_mapping", id], detail] };
  },
});

/** Takes a mapping away; sessions that hold its role through the identity provider end, since they speak of it. */
export const removeRoleMapping = command({
  action: "role.unmap",
  permission: "people:edit",
  input: mappingToRemove,
  stepUp: ({ tx, actor }, input) => removingMapping(tx, actor.id, input),
  async run(ctx, { mappingId }) {
    overEverybody(ctx);
    const { tx, now } = ctx;
    const found = await tx.idpRoleMapping.findUnique({ where: { id: mappingId } });
    if (!found) return demand(refuse("not_found", "This mapping was removed already."));
    await tx.idpRoleMapping.delete({ where: { id: mappingId } });
    const ended = await tx.$executeRaw`
      update sessions set revoked_at = ${now}, revoked_reason = 'a role mapping was removed'
      where revoked_at is null and idp_roles @> jsonb_build_array(jsonb_build_object('role', ${found.role}::text))`;
    const { issuer, claimPath, value, role } = found;
    return { value: null, audit: [["role_mapping", mappingId], { issuer, claimPath, value, role, ended }] };
  },
});

/** Lets a person sign in as somebody the identity provider knows. One identity is one person's. */
export const linkIdentity = governed({
  action: "person.link_identity",
  permission: "people:edit",
  input: identityToLink,
  async assess(ctx, { personId, subject }) {
    const issuer = demand(ssoIssuer());
    const held = await bringingBack(ctx, personId, {
      title: (name) => `Let ${name} sign in as an identity of the identity provider`,
      what: "Identity",
      from: "not linked",
      to: `${subject} of ${issuer}`,
    });
    return { ...held, level: gravest([held.level, 1]) };
  },
  async check(ctx, { personId, subject }) {
    overEverybody(ctx);
    demand(changeRights(ctx.actor.id, personId));
    const issuer = demand(ssoIssuer());
    const taken = await ctx.tx.identity.findUnique({ where: { issuer_subject: { issuer, subject } } });
    const whose =
      taken?.userId === personId ? "They have this identity already." : "Somebody has this identity already.";
    if (taken) demand(refuse("conflict", whose, { subject: whose }));
  },
  async run({ tx }, { personId, subject }) {
    const issuer = demand(ssoIssuer());
    const { id } = await tx.identity.create({ data: { userId: personId, issuer, subject } });
    await tx.user.update({ where: { id: personId }, data: { revision: { increment: 1 } } });
    await tellOfChange(tx, {
      userId: personId,
      kind: "person.link_identity",
      key: id,
      own: "An identity of the identity provider was linked to your account.",
      others: (name) => `An identity of the identity provider was linked to ${name}.`,
      severity: "warn",
      by: "administrator",
    });
    return { value: null, audit: [["user", personId], { identityId: id, issuer, subject }] };
  },
});

/** Takes an identity away from a person, and with it all their sessions. */
export const unlinkIdentity = command({
  action: "person.unlink_identity",
  permission: "people:edit",
  input: identityToUnlink,
  stepUp: ({ tx }, input) => unlinking(tx, input),
  async run(ctx, { identityId }) {
    overEverybody(ctx);
    const { tx, now } = ctx;
    const identity = await tx.identity.findUnique({ where: { id: identityId } });
    if (!identity) return demand(refuse("not_found", "This identity is not linked any more."));
    const { userId, issuer, subject } = identity;
    demand(changeRights(ctx.actor.id, userId));
    // The sessions go first: one that lost its identity would look as if a password had opened it.
    const ended = await endSessionsOf(tx, userId, "identity unlinked", now);
    await tx.identity.delete({ where: { id: identityId } });
    await tx.user.update({ where: { id: userId }, data: { revision: { increment: 1 } } });
    await tellOfChange(tx, {
      userId,
      kind: "person.unlink_identity",
      key: identityId,
      own: "An identity of the identity provider was taken from your account.",
      others: (name) => `An identity of the identity provider was taken from ${name}.`,
      severity: "warn",
      by: "administrator",
    });
    return { value: null, audit: [["user", userId], { identityId, issuer, subject, ended }] };
  },
});
