import "server-only";
import { type Answered, type Ask, type Reach, withProbe } from "@/lib/platform/probe";
import { holds, type PlanAssertion } from "@/lib/restores/rules";

/** One assertion with what the restored database answered. */
export type AssertionAnswer = PlanAssertion & {
  actual: string | null;
  outcome: "passed" | "failed" | "error";
  message: string | null;
  durationMs: number;
};

/** Asks a restored PostgreSQL database every assertion, one after another. Throws only when it cannot be reached. */
export const askAssertions = (reach: Reach, assertions: readonly PlanAssertion[]): Promise<AssertionAnswer[]> =>
  withProbe(reach, async (ask) => {
    const answers: AssertionAnswer[] = [];
    for (const assertion of assertions) answers.push(await askOne(ask, assertion));
    return answers;
  });

async function askOne(ask: Ask, assertion: PlanAssertion): Promise<AssertionAnswer> {
  const began = Date.now();
  const answered = await ask(assertion.sql);
  return { ...assertion, ...judged(assertion, answered), durationMs: Date.now() - began };
}

function judged(
  { comparator, expected }: PlanAssertion,
  answered: Answered,
): Pick<AssertionAnswer, "actual" | "outcome" | "message"> {
  if (!answered.ok) return { actual: null, outcome: "error", message: answered.message };
  return {
    actual: answered.value,
    outcome: holds(answered.value, comparator, expected) ? "passed" : "failed",
    message: null,
  };
}
