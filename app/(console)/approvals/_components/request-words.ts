import type { Level, LevelRule, VoterGroup } from "@/lib/approvals/rules";
import type { ApprovalPage, ApprovalView } from "@/lib/approvals/view";
import { plural } from "@/lib/core/words";
import { outOfReach } from "@/lib/governance/rules";
import { levelText } from "@/lib/restores/rules";

const changeLevels: Record<Level, string> = {
  0: "Level 0: what all other rules rest on",
  1: "Level 1: who may act, or when restores may start",
  2: "Level 2: a rule of lesser reach",
  3: "Level 3: nothing that lives",
};

/** What a request asks of its approvers, in words. */
export const levelWords = ({ change, level }: Pick<ApprovalView, "change" | "level">) =>
  change ? changeLevels[level] : levelText[level];

/** The title after "asks to": it begins a sentence elsewhere. */
export const asksTo = (title: string) => title.charAt(0).toLowerCase() + title.slice(1);

const groupWords: Record<VoterGroup, string> = { approver: "approver", security_approver: "security approver" };

/** A person's voting roles in words. */
export const groupsText = (groups: readonly VoterGroup[]) => groups.map((group) => groupWords[group]).join(", ");

/** How many of whom, such as "2 approvers and 1 security approver". */
export const votesText = (votes: LevelRule["votes"]) =>
  votes.map(({ group, count }) => plural(count, groupWords[group])).join(" and ") || "nobody";

/** Which proof a vote takes, in words. */
export function factorText(factors: LevelRule["factors"]): string {
  if (factors.includes("totp")) return "a passkey or a one-time code";
  return factors.includes("passkey") ? "a passkey" : "a passkey that is bound to its device";
}

/** Whether nothing was started or applied yet. */
export const isUntouched = ({ change, restoreState }: Pick<ApprovalView, "change" | "restoreState">) =>
  change ? change.state === "waiting" : restoreState === "waiting";

/** Whether any approver may still refuse what was forced. */
export const isVetoOpen = ({ state, breakGlass, notBefore, now }: ApprovalPage) =>
  state === "approved" && breakGlass && notBefore !== null && now < notBefore;

const isCurrent = (request: ApprovalPage) => (vote: ApprovalPage["votes"][number]) =>
  vote.revision === request.revision;

/** The people who have not been spoken for on the current wording. */
export function stillOpen(request: ApprovalPage) {
  const current = request.votes.filter(isCurrent(request));
  return request.eligible.filter(
    ({ id }) => !current.some(({ voterId, principalId }) => voterId === id || principalId === id),
  );
}

/** What the request lacks even if everybody who is left agreed. */
export function lacking(request: ApprovalPage): LevelRule["votes"] {
  const agreed = request.votes
    .filter(isCurrent(request))
    .filter(({ voterId, verdict }) => verdict === "approve" && request.counted.includes(voterId))
    .map(({ group }) => group);
  return outOfReach(
    request.needed,
    agreed,
    stillOpen(request).filter(({ able }) => able),
  );
}

/** What a person may do about a request: which votes are theirs to cast, and which one they have cast. */
export function wordOf(request: ApprovalPage) {
  const current = request.votes.filter(isCurrent(request));
  const cast = current.find(({ voterId }) => voterId === request.me) ?? null;
  const spoken = (id: string) => current.some(({ principalId }) => principalId === id);
  const held = (id: string) => request.eligible.find((person) => person.id === id)?.groups ?? [];
  const places = request.inPlaceOf.filter(
    ({ delegatorId, group }) => !spoken(delegatorId) && held(delegatorId).includes(group),
  );
  return {
    cast,
    own: cast === null && !spoken(request.me) && held(request.me).length > 0,
    spokenFor: cast === null && spoken(request.me),
    places: cast === null ? places : [],
  };
}
