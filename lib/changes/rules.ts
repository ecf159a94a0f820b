import type { Role } from "@/lib/access/permissions";
import type { Level } from "@/lib/approvals/rules";

/** One thing that a change would make different. */
export type ChangeLine = { what: string; from: string; to: string };

/** Everything that people agree to when they agree to a change; its hash binds votes and proofs. */
export type ChangePlan = {
  v: 1;
  kind: "change";
  action: string;
  /** What would happen, as a sentence without its full stop, such as "Give Ben Adeyemi the role approver". */
  title: string;
  subject: { type: string; id: string; name: string };
  params: Record<string, unknown>;
  lines: ChangeLine[];
  reason: string;
  policyVersionId: string;
};

/** What a command says about a change before it is made: null asks nobody else. */
export type Assessment = {
  level: Level | null;
  title: string;
  subject: ChangePlan["subject"];
  lines: ChangeLine[];
};

export const changeStates = ["waiting", "applied", "cancelled", "refused"] as const;
export type ChangeState = (typeof changeStates)[number];

/** A word that changes whenever the worker says something about a change. */
export const changeStamp = ({
  state,
  handedOverAt,
  failure,
}: {
  state: ChangeState;
  handedOverAt: Date | string | null;
  failure: string | null;
}): string => `${state} ${handedOverAt ? "handed over" : "here"} ${failure ?? ""}`;

const grave: readonly Role[] = ["approver", "security_approver", "administrator", "break_glass"];

/** How much it takes to give a role: the graver the role, the more people agree. */
export const levelOfRole = (role: Role): Level => (grave.includes(role) ? 0 : role === "operator" ? 1 : 2);

/** The gravest of several levels; null when none of them asks anybody. */
export function gravest(levels: readonly (Level | null)[]): Level | null {
  const asked = levels.filter((level) => level !== null);
  return asked.length === 0 ? null : (Math.min(...asked) as Level);
}

const gravestActions = ["approval.policy", "installation.single_operator", "approval.place.add", "approval.delegate"];
const seriousActions = ["person.reissue", "person.link_identity", "freeze.release", "connection.create"];

/** The laxest level an action can be asked at, whatever it says of itself: the twin of change_floor in PostgreSQL. */
export function levelFloor(action: string, params: Record<string, unknown>): Level {
  if (["role.give", "role.map", "person.invite"].includes(action)) return levelOfRole(params.role as Role);
  if (gravestActions.includes(action)) return 0;
  return seriousActions.includes(action) ? 1 : 2;
}

/** At least so many characters of why, where other people are asked. */
export const whyLeast = 10;
