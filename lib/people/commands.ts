import "server-only";
import { command } from "@/lib/access/command";
import { drawEnrollmentCode, keepEnrollmentCode } from "@/lib/auth/enrollment";
import { endSessionsOf } from "@/lib/auth/sessions";
import { type ChangeContext, governed } from "@/lib/changes/governed";
import { gravest, levelOfRole } from "@/lib/changes/rules";
import { demand, refuse } from "@/lib/core/outcome";
import { bringingBack, checkTeam, columnsOf, nameOf, overEverybody } from "./assess";
import { scopeOf, scopeWords } from "./operations";
import { changeRights, keepAnAdministrator, roleWords } from "./rules";
import { everybody, invitation, personProven, personReason, roleToGive, roleToTake } from "./schema";

type Ctx = ChangeContext;

async function lockPerson({ tx }: Ctx, personId: string) {
  await tx.$queryRaw`select 1 from users where id = ${personId}::uuid for update`;
  const person = await tx.user.findUnique({ where: { id: personId } });
  return person ?? demand(refuse("not_found", "This person is not there any more."));
}

/** How many other people could still administer the installation; taken one at a time, so that two cannot remove each other. */
async function otherAdministrators({ tx }: Ctx, personId: string): Promise<number> {
  await tx.$executeRaw`select pg_advisory_xact_lock(7240113)`;
  return tx.user.count({
    where: {
      id: { not: personId },
      status: "active",
      roleGrants: { some: { role: "administrator", scopeKind: "everything", revokedAt: null } },
    },
  });
}

/** A code for this address: shown to whoever hands it over, and kept nowhere. */
function codeFor(email: string, now: Date) {
  const { code, expiresAt, kept } = drawEnrollmentCode(now);
  return { shown: { code, expiresAt: expiresAt.toISOString(), email }, kept };
}

/** Invites somebody with a first role. Answers their one-time code, which is kept nowhere. */
export const invitePerson = governed({
  action: "person.invite",
  permission: "people:edit",
  input: invitation,
  async assess(ctx, { displayName, email, ...input }) {
    return {
      level: levelOfRole(input.role),
      title: `Invite ${displayName} as ${roleWords[input.role].name.toLowerCase()}`,
      subject: { type: "user", id: ctx.actor.id, name: displayName },
      lines: [
        { what: "E-mail", from: "nothing", to: email },
        {
          what: "Role",
          from: "nothing",
          to: `${roleWords[input.role].name}, ${await scopeWords(ctx.tx, scopeOf(input))}`,
        },
      ],
    };
  },
  async check(ctx, { email, ...input }) {
    overEverybody(ctx);
    await checkTeam(ctx, scopeOf(input));
    if (await ctx.tx.user.findUnique({ where: { email }, select: { id: true } }))
      demand(refuse("conflict", "Somebody has this address already.", { email: "Somebody has this address already." }));
  },
  prepare: async ({ now }, { email }) => codeFor(email, now),
  async run({ tx, actor, now, changeId, prepared }, { displayName, email, ...input }) {
    const scope = scopeOf(input);
    const { id } = await tx.user.create({ data: { displayName, email } });
    const grant = { userId: id, role: input.role, ...columnsOf(scope), grantedById: actor.id, changeId };
    await tx.roleGrant.create({ data: grant });
    const codeUntil = await keepEnrollmentCode(tx, id, prepared, now);
    return { value: null, audit: [["user", id], { displayName, email, role: input.role, scope, codeUntil }] };
  },
});

/** Makes a new one-time code for somebody who lost their factors or never came; their old factors end when they use it. */
export const reissueCode = governed({
  action: "person.reissue",
  permission: "people:edit",
  input: personProven,
  async assess(ctx, { personId }) {
    const { level, ...words } = await bringingBack(ctx, personId, {
      title: (name) => `Let ${name} enrol anew`,
      what: "Password and factors",
      from: "as they are",
      to: "replaced by whoever uses the new code",
    });
    return { ...words, level: gravest([level, 1]) };
  },
  async check(ctx, { personId }) {
    overEverybody(ctx);
    demand(changeRights(ctx.actor.id, personId));
    const { status } = await ctx.tx.user.findUniqueOrThrow({ where: { id: personId }, select: { status: true } });
    if (status === "disabled") demand(refuse("conflict", "This person is disabled. Let them in again first."));
  },
  async prepare({ tx, now }, { personId }) {
    const { email } = await tx.user.findUniqueOrThrow({ where: { id: personId }, select: { email: true } });
    return codeFor(email, now);
  },
  async run(ctx, { personId }) {
    await lockPerson(ctx, personId);
    const codeUntil = await keepEnrollmentCode(ctx.tx, personId, ctx.prepared, ctx.now);
    return { value: null, audit: [["user", personId], { codeUntil }] };
  },
});

/** Gives somebody a role within a scope; their sessions end, since they speak of other rights. */
export const giveRole = governed({
  action: "role.give",
  permission: "people:edit",
  input: roleToGive,
  async assess(ctx, { personId, ...input }) {
    const name = await nameOf(ctx, personId);
    const over = await scopeWords(ctx.tx, scopeOf(input));
    return {
      level: levelOfRole(input.role),
      title: `Give ${name} the role ${roleWords[input.role].name.toLowerCase()}`,
      subject: { type: "user", id: personId, name },
      lines: [{ what: "Role", from: "nothing", to: `${roleWords[input.role].name}, ${over}` }],
    };
  },
  async check(ctx, { personId, ...input }) {
    overEverybody(ctx);
    demand(changeRights(ctx.actor.id, personId));
    const scope = scopeOf(input);
    await checkTeam(ctx, scope);
    const held = { userId: personId, role: input.role, ...columnsOf(scope), revokedAt: null };
    if (await ctx.tx.roleGrant.findFirst({ where: held })) demand(refuse("conflict", "They have this role already."));
  },
  async run(ctx, { personId, ...input }) {
    const { tx, actor, now, changeId } = ctx;
    await lockPerson(ctx, personId);
    const scope = scopeOf(input);
    const { id } = await tx.roleGrant.create({
      data: {
        userId: personId,
        role: input.role,
        ...columnsOf(scope),
        grantedById: actor.id,
        createdAt: now,
        changeId,
      },
    });
    await tx.user.update({ where: { id: personId }, data: { revision: { increment: 1 } } });
    await endSessionsOf(tx, personId, "role given", now);
    return { value: null, audit: [["user", personId], { roleGrantId: id, role: input.role, scope }] };
  },
});

/** Takes a role away; it is gone with the next request. */
export const takeRole = command({
  action: "role.take",
  permission: "people:edit",
  input: roleToTake,
  async run(ctx, { roleGrantId }) {
    overEverybody(ctx);
    const { tx, actor, now } = ctx;
    const grant = await tx.roleGrant.findFirst({ where: { id: roleGrantId, revokedAt: null } });
    if (!grant) return demand(refuse("not_found", "This role was taken away already."));
    demand(changeRights(actor.id, grant.userId));
    if (grant.role === "administrator") demand(keepAnAdministrator(await otherAdministrators(ctx, grant.userId)));
    await lockPerson(ctx, grant.userId);
    const { count } = await tx.roleGrant.updateMany({
      where: { id: roleGrantId, revokedAt: null },
      data: { revokedAt: now },
    });
    if (count !== 1) demand(refuse("conflict", "This role was taken away already."));
    await tx.user.update({ where: { id: grant.userId }, data: { revision: { increment: 1 } } });
    await endSessionsOf(tx, grant.userId, "role taken", now);
    return { value: null, audit: [["user", grant.userId], { roleGrantId, role: grant.role }] };
  },
});

/** Shuts somebody out: their sessions end and none can begin. */
export const disablePerson = command({
  action: "person.disable",
  permission: "people:edit",
  input: personReason,
  async run(ctx, { personId, reason }) {
    overEverybody(ctx);
    demand(changeRights(ctx.actor.id, personId));
    demand(keepAnAdministrator(await otherAdministrators(ctx, personId)));
    const person = await lockPerson(ctx, personId);
    if (person.status === "disabled") demand(refuse("conflict", "They are disabled already."));
    const { tx, now } = ctx;
    await tx.user.update({
      where: { id: personId },
      data: { status: "disabled", statusAt: now, revision: { increment: 1 } },
    });
    await tx.enrollmentCode.updateMany({
      where: { userId: personId, usedAt: null, expiresAt: { gt: now } },
      data: { expiresAt: now },
    });
    const ended = await endSessionsOf(tx, personId, "disabled", now);
    return { value: null, audit: [["user", personId], { reason, was: person.status, ended }] };
  },
});

/** Lets somebody in again, with the roles and factors they had. */
export const enablePerson = governed({
  action: "person.enable",
  permission: "people:edit",
  input: personProven,
  assess: (ctx, { personId }) =>
    bringingBack(ctx, personId, {
      title: (name) => `Let ${name} in again`,
      what: "Access",
      from: "shut out",
      to: "with the roles and factors they had",
    }),
  async check(ctx, { personId }) {
    overEverybody(ctx);
    demand(changeRights(ctx.actor.id, personId));
    const { status } = await ctx.tx.user.findUniqueOrThrow({ where: { id: personId }, select: { status: true } });
    if (status !== "disabled") demand(refuse("conflict", "They are not disabled."));
  },
  async run(ctx, { personId }) {
    const person = await lockPerson(ctx, personId);
    const { tx, now } = ctx;
    const factors = await tx.factor.count({ where: { userId: personId, removedAt: null, confirmedAt: { not: null } } });
    const status = person.passwordHash !== null && factors > 0 ? "active" : "invited";
    await tx.user.update({ where: { id: personId }, data: { status, statusAt: now, revision: { increment: 1 } } });
    return { value: null, audit: [["user", personId], { status }] };
  },
});

/** Ends every session of one person. */
export const endPersonsSessions = command({
  action: "person.end_sessions",
  permission: "people:edit",
  input: personReason,
  async run(ctx, { personId, reason }) {
    overEverybody(ctx);
    await lockPerson(ctx, personId);
    const mine = personId === ctx.actor.id && ctx.actor.kind === "user" ? ctx.actor.sessionId : undefined;
    const ended = await endSessionsOf(ctx.tx, personId, "ended by an administrator", ctx.now, mine);
    return { value: null, audit: [["user", personId], { reason, ended }] };
  },
});

/** The switch for a bad day: ends everybody's sessions but the caller's own. It only takes access away, so it asks for no proof. */
export const endEverybodysSessions = command({
  action: "people.end_sessions",
  permission: "people:edit",
  input: everybody,
  async run(ctx, { reason }) {
    overEverybody(ctx);
    const { tx, actor, now } = ctx;
    if (actor.kind !== "user") return demand(refuse("forbidden", "Only a person ends everybody's sessions."));
    const people = await tx.$executeRaw`update users set auth_epoch = auth_epoch + 1 where id <> ${actor.id}::uuid`;
    const { count } = await tx.session.updateMany({
      where: { userId: { not: actor.id }, revokedAt: null, expiresAt: { gt: now } },
      data: { revokedAt: now, revokedReason: "ended for everybody" },
    });
    const own = await tx.session.updateMany({
      where: { userId: actor.id, id: { not: actor.sessionId }, revokedAt: null, expiresAt: { gt: now } },
      data: { revokedAt: now, revokedReason: "ended for everybody" },
    });
    return { value: null, audit: [["installation", "sessions"], { reason, people, ended: count + own.count }] };
  },
});
