import type { Level } from "@/lib/approvals/rules";
import { accept, type Outcome, refuse } from "@/lib/core/outcome";

export const restoreStates = [
  "waiting",
  "dispatching",
  "unknown",
  "running",
  "validating",
  "succeeded",
  "partial",
  "failed",
  "cancelled",
] as const;
export type RestoreState = (typeof restoreStates)[number];

const finished: readonly RestoreState[] = ["succeeded", "partial", "failed", "cancelled"];

/** A finished restore does not move again. */
export const isFinished = (state: RestoreState) => finished.includes(state);

const ways: Record<RestoreState, readonly RestoreState[]> = {
  waiting: ["dispatching", "cancelled"],
  dispatching: ["running", "failed", "unknown"],
  unknown: ["running", "failed", "dispatching"],
  running: ["validating", "succeeded", "failed"],
  validating: ["succeeded", "partial", "failed"],
  succeeded: [],
  partial: [],
  failed: [],
  cancelled: [],
};

/** Whether a restore may go from one state to another. */
export const canMove = (from: RestoreState, to: RestoreState) => ways[from].includes(to);

export type RestoreMode = "new_resource" | "in_place";

export type PlanItem = {
  pointId: string;
  pointRef: string;
  pointKind: "snapshot" | "continuous" | "logical" | "archive";
  vaultName: string;
  resourceId: string;
  resourceRef: string;
  resourceKind: string;
  resourceName: string;
  dataAsOf: string | null;
  completedAt: string | null;
  sizeBytes: number | null;
  /** The moment to go back to inside a continuous backup; null takes the point as it is. */
  restoreTime: string | null;
  mode: RestoreMode;
  target: { account: string; region: string; name: string };
  metadata: Record<string, string>;
  roleRef: string;
  /** What we add after the provider's own restore, such as an Aurora instance. */
  completion: Record<string, string> | null;
};

export type PlanAssertion = { name: string; sql: string; comparator: Comparator; expected: string };

/** By which role and at which address the provider is called: people agree to these too. */
export type ConnectionPlace = { actRoleRef: string | null; endpoint: string | null };

/** Everything that people agree to. Its hash binds votes and proofs; free comments stay outside. */
export type RestorePlan = ConnectionPlace & {
  v: 1;
  provider: string;
  connectionId: string;
  account: string;
  region: string;
  system: { id: string; name: string; environment: string; tierId: string; rtoSeconds: number; rpoSeconds: number };
  items: PlanItem[];
  assertions: PlanAssertion[];
  reason: string;
  incidentRef: string | null;
  policyVersionId: string;
};

/** Kinds whose restore can reach identity, keys or other people's vaults. */
const crownKinds = ["KMS", "IAM", "SecretsManager", "Vault"];

const strictness: readonly Level[] = [0, 1, 2, 3];

/** An account and region that administrators keep as isolated: restores there touch nothing that lives. */
export type IsolatedPlace = { account: string; region: string };

/**
 * How much a plan asks of its approvers (decisions 8): in place, another account, identity, key or vault = 0; production
 * or unknown environment = 1; else 2; 3 only in a place that is kept isolated. The strictest item decides.
 */
export function levelOf(
  plan: Pick<RestorePlan, "account" | "system" | "items">,
  isolated: readonly IsolatedPlace[] = [],
): Level {
  const levels = plan.items.map((item): Level => {
    if (item.mode === "in_place" || item.target.account !== plan.account || crownKinds.includes(item.resourceKind)) {
      const kept = isolated.some(
        ({ account, region }) => account === item.target.account && region === item.target.region,
      );
      return kept && item.mode !== "in_place" && !crownKinds.includes(item.resourceKind) ? 3 : 0;
    }
    if (isolated.some(({ account, region }) => account === item.target.account && region === item.target.region))
      return 3;
    return plan.system.environment === "production" || plan.system.environment === "unknown" ? 1 : 2;
  });
  return strictness.find((level) => levels.includes(level)) ?? 3;
}

/** A level in words, with what it asks. */
export const levelText: Record<Level, string> = {
  0: "Level 0: overwrites data or leaves the account",
  1: "Level 1: production",
  2: "Level 2: not production",
  3: "Level 3: a place kept isolated",
};

export const comparators = ["=", "!=", ">", ">=", "<", "<="] as const;
export type Comparator = (typeof comparators)[number];

/** Whether what a restored database answered is what was expected: as numbers where both are, else as text. */
export function holds(actual: string | null, comparator: Comparator, expected: string): boolean {
  if (actual === null) return comparator === "=" ? expected === "null" : comparator === "!=" && expected !== "null";
  const numeric = /^-?\d+(\.\d+)?$/;
  const both = numeric.test(actual) && numeric.test(expected);
  const order = both ? Number(actual) - Number(expected) : actual < expected ? -1 : actual > expected ? 1 : 0;
  switch (comparator) {
    case "=":
      return order === 0;
    case "!=":
      return order !== 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
  }
}

export type WhenChoice = { kind: "latest" } | { kind: "point"; pointId: string } | { kind: "time"; at: string };

/** What the wizard knows so far; every part may be missing. */
export type Draft = {
  resourceId?: string;
  when?: WhenChoice;
  /** Settings people changed, by the provider's key; the rest stays as at the source. */
  settings?: Record<string, string>;
  targetName?: string;
  /** What the provider answered about this point: the fields of the form. */
  form?: {
    pointId: string;
    fields: readonly {
      key: string;
      label: string;
      kind: "text" | "boolean" | "number" | "json" | "choice";
      choices: readonly string[];
      sourceValue: string | null;
      required: boolean;
      isTargetName: boolean;
      readOnly: boolean;
      hint: string;
    }[];
    notRestored: readonly string[];
    pointInTime: boolean;
    createsNew: boolean;
    readAt: string;
  };
  /** The draft's revision that the last pre-flight looked at. */
  checkedRevision?: number;
};

export const wizardSteps = ["what", "when", "where", "check", "authorise"] as const;
export type WizardStep = (typeof wizardSteps)[number];

/** How far a draft has come: the first step that still lacks something. */
export function nextStep(draft: Draft, reason: string, preflight: { blocked: boolean } | null): WizardStep {
  if (!draft.resourceId || reason.trim().length < minReasonLength) return "what";
  if (!draft.when || !draft.form) return "when";
  if (!draft.targetName) return "where";
  if (!preflight || preflight.blocked) return "check";
  return "authorise";
}

export const minReasonLength = 10;

export type Verdict = {
  id: string;
  title: string;
  verdict: "ok" | "warn" | "bad";
  detail: string;
  remedy: string | null;
};

/** A pre-flight with a bad verdict stops a request; warnings are shown to whoever approves. */
export const isBlocked = (verdicts: readonly Verdict[]) => verdicts.some(({ verdict }) => verdict === "bad");

export type Reachable = { earliestAt: Date; latestAt: Date };

/** Whether a moment lies inside a restore window (both ends count); a precise refusal names the window. */
export function reach(at: Date, window: Reachable | null): Outcome<Date> {
  if (!window)
    return refuse("invalid", "This resource has no continuous backup: choose one of its recovery points.", {
      at: "No continuous backup.",
    });
  if (at < window.earliestAt || at > window.latestAt)
    return refuse(
      "invalid",
      `That moment cannot be reached: choose one from ${window.earliestAt.toISOString()} to ${window.latestAt.toISOString()}.`,
      { at: `Choose a moment from ${window.earliestAt.toISOString()} to ${window.latestAt.toISOString()}.` },
    );
  return accept(at);
}

/** The settings to send: source values, what people changed, the target's name; read-only ones are never sent. */
export function metadataOf(draft: Draft): Outcome<Record<string, string>> {
  if (!draft.form) return refuse("invalid", "Choose a recovery point first.");
  const known = new Map(draft.form.fields.map((field) => [field.key, field]));
  const unknown = Object.keys(draft.settings ?? {}).find((key) => !known.has(key));
  if (unknown)
    return refuse("invalid", `${unknown} is no setting of this restore. Remove it.`, { [unknown]: "No such setting." });
  const metadata: Record<string, string> = {};
  for (const field of draft.form.fields) {
    if (field.readOnly) continue;
    const value = field.isTargetName
      ? draft.targetName
      : (draft.settings?.[field.key] ?? field.sourceValue ?? undefined);
    if (value !== undefined && value !== "") metadata[field.key] = value;
    else if (field.required)
      return refuse("invalid", `${field.label} is needed.`, { [field.key]: `${field.label} is needed.` });
  }
  return accept(metadata);
}

/** The target's name we propose: the source's, and a handle that finds the request again (security.md §3.4). */
export const proposedName = (resourceName: string, handle: string) =>
  `${
    resourceName
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]+/g, "-")
      .replaceAll(/-{2,}/g, "-")
      .replace(/^-|-$/g, "")
      .slice(0, 45) || "restored"
  }-${handle}`;

/** A provider remembers a token for about an hour; we send it again within 45 minutes only (security.md §3.4). */
export const tokenFreshSeconds = 45 * 60;

export type Reconciliation = { kind: "adopt"; ref: string } | { kind: "send" } | { kind: "wait" } | { kind: "ask" };

/** What to do about a call whose answer never came, from what the provider's list shows. */
export function reconcile(found: readonly { ref: string }[], sentSecondsAgo: number): Reconciliation {
  const [only] = found;
  if (found.length > 1) return { kind: "ask" };
  if (only) return { kind: "adopt", ref: only.ref };
  if (sentSecondsAgo < tokenFreshSeconds) return { kind: "send" };
  return sentSecondsAgo < tokenFreshSeconds + 15 * 60 ? { kind: "wait" } : { kind: "send" };
}

export type RestoreProgress = {
  id: string;
  state: RestoreState;
  percent: number | null;
  message: string | null;
};

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** The call of the provider's own command line that does the same as an item, for whoever wants to see or repeat it. */
export function equivalentCommand(
  item: Pick<PlanItem, "pointRef" | "roleRef" | "metadata" | "restoreTime" | "pointKind" | "target">,
): string {
  const time =
    item.pointKind !== "continuous"
      ? {}
      : item.restoreTime
        ? { RestoreTime: item.restoreTime, UseLatestRestorableTime: "false" }
        : { UseLatestRestorableTime: "true" };
  return [
    `aws backup start-restore-job --region ${item.target.region}`,
    `  --recovery-point-arn ${quoted(item.pointRef)}`,
    `  --iam-role-arn ${quoted(item.roleRef)}`,
    `  --metadata ${quoted(JSON.stringify({ ...item.metadata, ...time }))}`,
  ].join(" \\\n");
}

export type PlanChange = { what: string; from: string; to: string };

const said = (value: unknown) =>
  value === null || value === undefined || value === ""
    ? "nothing"
    : typeof value === "object"
      ? JSON.stringify(value)
      : String(value);

/** What differs between two wordings of a plan, in the words of the plan; empty when they say the same. */
export function planDifference(before: RestorePlan, after: RestorePlan): PlanChange[] {
  const lines = (plan: RestorePlan): [string, unknown][] => [
    ["Reason", plan.reason],
    ["Ticket", plan.incidentRef],
    ...plan.items.flatMap((item, index): [string, unknown][] => {
      const at = plan.items.length > 1 ? ` ${index + 1}` : "";
      return [
        [`Resource${at}`, item.resourceName],
        [`Recovery point${at}`, item.pointRef],
        [`Moment${at}`, item.restoreTime ?? item.dataAsOf],
        [`Target${at}`, `${item.target.name} in ${item.target.account}, ${item.target.region}`],
        [`Mode${at}`, item.mode],
        [`Service role${at}`, item.roleRef],
        ...Object.entries(item.metadata).map(([key, value]): [string, unknown] => [`${key}${at}`, value]),
      ];
    }),
    [
      "Checks after",
      plan.assertions
        .map(({ name, sql, comparator, expected }) => `${name}: ${sql} ${comparator} ${expected}`)
        .join("; "),
    ],
  ];
  const [old, current] = [new Map(lines(before)), new Map(lines(after))];
  const keys = [...new Set([...old.keys(), ...current.keys()])];
  return keys.flatMap((what) => {
    const [from, to] = [said(old.get(what)), said(current.get(what))];
    return from === to ? [] : [{ what, from, to }];
  });
}
