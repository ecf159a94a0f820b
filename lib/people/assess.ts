import "server-only";
import type { Scope } from "@/lib/access/permissions";
import type { ChangeContext } from "@/lib/changes/governed";
import { type Assessment, gravest, levelOfRole } from "@/lib/changes/rules";
import { demand, refuse } from "@/lib/core/outcome";

/** What a person is called, for saying what would happen to them. */
export async function nameOf({ tx }: ChangeContext, personId: string): Promise<string> {
  const person = await tx.user.findUnique({ where: { id: personId }, select: { displayName: true } });
  return person?.displayName ?? demand(refuse("not_found", "This person is not there any more."));
}

/** Bringing somebody back asks as many people as giving them their gravest role would. */
async function levelOfPerson({ tx }: ChangeContext, personId: string) {
  const held = await tx.roleGrant.findMany({ where: { userId: personId, revokedAt: null }, select: { role: true } });
  return gravest(held.map(({ role }) => levelOfRole(role)));
}

/** A change that opens the door to somebody who has rights already: it asks as many people as giving those would. */
export async function bringingBack(
  ctx: ChangeContext,
  personId: string,
  words: { title: (name: string) => string; what: string; from: string; to: string },
): Promise<Assessment> {
  const name = await nameOf(ctx, personId);
  const { what, from, to } = words;
  return {
    level: (await levelOfPerson(ctx, personId)) ?? 2,
    title: words.title(name),
    subject: { type: "user", id: personId, name },
    lines: [{ what, from, to }],
  };
}

/** People are managed from above all teams: a right over one team says nothing about who may enter. */
export function overEverybody({ visible }: Pick<ChangeContext, "visible">): void {
  if (visible !== "all") demand(refuse("forbidden", "This needs the administrator role over everything."));
}

/** A scope as the columns of a row. */
export const columnsOf = (scope: Scope) => ({
  scopeKind: scope.kind,
  scopeTeamId: scope.kind === "team" ? scope.teamId : null,
  scopeTagKey: scope.kind === "tag" ? scope.key : null,
  scopeTagValue: scope.kind === "tag" ? scope.value : null,
});

/** Refuses a scope whose team is not there any more. */
export async function checkTeam({ tx }: Pick<ChangeContext, "tx">, scope: Scope): Promise<void> {
  if (scope.kind !== "team" || (await tx.team.findUnique({ where: { id: scope.teamId }, select: { id: true } })))
    return;
  demand(refuse("invalid", "This team is not there any more.", { teamId: "Choose a team." }));
}
