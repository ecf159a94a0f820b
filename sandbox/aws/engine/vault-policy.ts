import { matchesPattern } from "@/sandbox/aws/engine/coverage";

type Statement = { Effect?: unknown; Principal?: unknown; Action?: unknown };
type Verdict = "allow" | "deny" | "silent";

/** What a vault's access policy says about an action of a principal; a denial wins. */
export function judgePolicy(policy: string | null, action: string, accountId: string, principalArn: string): Verdict {
  let verdict: Verdict = "silent";
  for (const statement of readStatements(policy)) {
    const concerns =
      asTexts(statement.Action).some((pattern) => matchesPattern(pattern.toLowerCase(), action.toLowerCase())) &&
      readPrincipals(statement.Principal).some((principal) => isPrincipal(principal, accountId, principalArn));
    if (!concerns) continue;
    if (statement.Effect === "Deny") return "deny";
    if (statement.Effect === "Allow") verdict = "allow";
  }
  return verdict;
}

function readStatements(policy: string | null): Statement[] {
  if (policy === null) return [];
  try {
    const document = JSON.parse(policy) as { Statement?: unknown };
    const statements = Array.isArray(document.Statement) ? document.Statement : [document.Statement];
    return statements.filter((one): one is Statement => typeof one === "object" && one !== null);
  } catch {
    return [];
  }
}

function readPrincipals(principal: unknown): string[] {
  if (typeof principal === "object" && principal !== null && "AWS" in principal) return asTexts(principal.AWS);
  return asTexts(principal);
}

function isPrincipal(named: string, accountId: string, principalArn: string): boolean {
  if (named === "*" || named === accountId || named === principalArn) return true;
  return named === `arn:aws:iam::${accountId}:root`;
}

function asTexts(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === "string");
}
