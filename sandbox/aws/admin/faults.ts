import { z } from "zod";

/** A rule that makes calls go wrong, a number of times. */
export const faultRule = z.object({
  /** An operation's name with `*` for anything; absent concerns every operation. */
  operation: z.string().optional(),
  service: z.string().optional(),
  accountId: z.string().optional(),
  region: z.string().optional(),
  times: z.number().int().min(1).default(1),
  /** How many matching calls pass before the rule begins. */
  after: z.number().int().min(0).default(0),
  effect: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("throttle") }),
    z.object({
      kind: z.literal("error"),
      name: z.string().default("ServiceUnavailableException"),
      message: z.string().default("Service unavailable."),
    }),
    /** No answer until the caller gives up. */
    z.object({ kind: z.literal("timeout") }),
    /** The connection breaks before anything happened. */
    z.object({ kind: z.literal("cut") }),
    /** The call takes effect, and its answer never arrives. */
    z.object({ kind: z.literal("lost_answer") }),
    z.object({ kind: z.literal("delay"), delayMs: z.number().int().min(0).max(600_000) }),
  ]),
});

export type FaultRule = z.output<typeof faultRule>;
export type FaultEffect = FaultRule["effect"];

type Called = { service: string; operation: string; accountId: string; region: string };

/** The fault rules in force. */
export class Faults {
  private rules: FaultRule[] = [];

  /** Adds rules after the ones there are. */
  add(rules: FaultRule[]): void {
    this.rules.push(...rules);
  }

  /** The rules with the turns they have left. */
  list(): readonly FaultRule[] {
    return this.rules;
  }

  /** Forgets all rules. */
  clear(): void {
    this.rules = [];
  }

  /** The effect of the first rule that concerns the call, which spends one of its turns. */
  take(called: Called): FaultEffect | null {
    for (const rule of this.rules) {
      if (!concerns(rule, called)) continue;
      if (rule.after > 0) {
        rule.after -= 1;
        continue;
      }
      rule.times -= 1;
      if (rule.times === 0) this.rules = this.rules.filter((one) => one !== rule);
      return rule.effect;
    }
    return null;
  }
}

function concerns(rule: FaultRule, called: Called): boolean {
  const fits = (wanted: string | undefined, value: string) =>
    wanted === undefined || wanted === "*" || wanted === value;
  return (
    fits(rule.service, called.service) &&
    fits(rule.accountId, called.accountId) &&
    fits(rule.region, called.region) &&
    (rule.operation?.endsWith("*")
      ? called.operation.startsWith(rule.operation.slice(0, -1))
      : fits(rule.operation, called.operation))
  );
}
