import { defaultLevels, type Level } from "@/lib/approvals/rules";
import { handOverChange } from "@/lib/changes/commands";
import { proofOfApplying } from "@/lib/changes/data";
import type { Governed, GovernedCommand } from "@/lib/changes/governed";
import { type Outcome, Refusal, refuse } from "@/lib/core/outcome";
import { db } from "@/lib/platform/db";
import { dispatchRights } from "@/lib/platform/migrate";
import { type Armed, coolDown, grantFor, voteWithKey } from "./armed";
import { ownerDb } from "./owner";
import { type Person, prove, value } from "./restoring";

/** What a governed command answers to somebody who proves that it is them: its own answer, or how it was refused. */
export async function ask<Value>(run: GovernedCommand<Value>, who: Person, input: object) {
  try {
    const proven = await run.proof(who, input);
    return proven.ok ? await run(who, { ...input, grantId: await prove(who, proven.value) }) : proven;
  } catch (error) {
    if (error instanceof Refusal) return error.refused;
    throw error;
  }
}

/** The same where nobody else is asked, or should be. */
export async function doAtOnce<Value>(
  run: GovernedCommand<Value>,
  who: Person,
  input: object,
): Promise<Outcome<Value>> {
  const answer = await ask(run, who, input);
  if (!answer.ok) return answer;
  return answer.value.applied
    ? { ok: true, value: answer.value.value }
    : refuse("unavailable", "It was put before other people.");
}

/** A tier as its form sends it, with what somebody changes. */
export const tierForm = (over: Record<string, string> = {}) => ({
  tierId: "tier-2",
  revision: "1",
  name: "Tier 2: important systems",
  rpoSeconds: "1 h",
  rtoSeconds: "4 h",
  mtdSeconds: "24 h",
  timeInRpoTargetPct: "99.5",
  restoreTestCadenceDays: "90",
  drillCadenceDays: "365",
  runbookReviewDays: "365",
  verifyDays: "30",
  copyRule: "3-2-1-1-0",
  minRetentionDays: "30",
  maxRetentionDays: "",
  offsiteRetentionDays: "365",
  minImmutableDays: "14",
  approvals: "2",
  ...over,
});

/** A reason that is long enough. */
export const why = "She takes over from Ben while he is away";

/** Puts a change before other people. Answers its request's id. */
export async function proposed<Value>(run: GovernedCommand<Value>, by: Person, input: object): Promise<string> {
  const answer = value((await ask(run, by, { why, ...input })) as Outcome<Governed<Value>>);
  if (answer.applied) throw new Error("Nobody was asked.");
  return answer.approvalId;
}

/** The change that a request is about. */
export const changeOf = (approvalId: string) => db.changeRequest.findUniqueOrThrow({ where: { approvalId } });

/** These people agree by passkey, and the request cools down. */
export async function agreed(approvalId: string, ...voters: Armed[]): Promise<void> {
  for (const voter of voters) value(await voteWithKey(voter, approvalId));
  await coolDown(approvalId);
}

/** Its requester gives an approved change to the worker. */
export const handOver = async (who: Armed, changeId: string) =>
  handOverChange(who, { changeId, grantId: await grantFor(who, proofOfApplying(who, { changeId })) });

/** This database as one that was migrated for the worker alone to dispatch. */
export async function harden(): Promise<void> {
  const app = new URL(process.env.HOLDFAST_DB_APP_URL ?? "").username;
  for (const right of dispatchRights) await ownerDb.$executeRawUnsafe(`revoke ${right} from ${app}`);
  await ownerDb.installation.updateMany({ data: { dispatchMode: "worker" } });
}

/** The policy's form as a browser sends it, from the levels it starts with. */
export function policyForm(over: Record<string, unknown> = {}) {
  const levels: Level[] = [0, 1, 2, 3];
  const fields = levels.flatMap((level): [string, unknown][] => {
    const rule = defaultLevels[level];
    const count = (group: string) => rule.votes.find((vote) => vote.group === group)?.count ?? 0;
    return [
      [`approver${level}`, String(count("approver"))],
      [`security${level}`, String(count("security_approver"))],
      [`factors${level}`, [...rule.factors]],
      [`approveWithinMinutes${level}`, String(rule.approveWithinSeconds / 60)],
      [`executeWithinMinutes${level}`, String(rule.executeWithinSeconds / 60)],
      [`coolDownMinutes${level}`, String(rule.coolDownSeconds / 60)],
      [`breakGlassCoolDownMinutes${level}`, "10"],
      [`deny${level}`, String(rule.denyThreshold)],
    ];
  });
  return { ...Object.fromEntries(fields), ...over };
}
