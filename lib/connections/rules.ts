import type { FieldNames } from "@/lib/core/edit";

/** What a reading of a connection covers. */
export type SyncKind = "incremental" | "full" | "restorable";

/** What one region of a run came to. */
export type RegionResult = { state: "ok" | "failed"; code: string | null; message: string | null };

/** The shortest and longest time between two readings that may be asked for, in seconds. */
export const intervalBounds = { min: 60, max: 86_400 } as const;
export const defaultIntervalSeconds = 300;
/** Everything is read afresh this often, and the restorable times this often. */
export const fullEverySeconds = 86_400;
export const restorableEverySeconds = 120;

/** After how many seconds without a success a connection no longer tells the truth: three intervals, or the strictest RPO in it. */
export const staleAfterSeconds = (intervalSeconds: number, strictestRpoSeconds: number | null): number =>
  Math.min(3 * intervalSeconds, strictestRpoSeconds ?? Number.POSITIVE_INFINITY);

/** Whether what we know is too old to be painted green (decisions 28). */
export function isStale(
  {
    lastSuccessAt,
    intervalSeconds,
    strictestRpoSeconds,
  }: { lastSuccessAt: Date | null; intervalSeconds: number; strictestRpoSeconds: number | null },
  now: Date,
): boolean {
  if (!lastSuccessAt) return true;
  return now.getTime() - lastSuccessAt.getTime() > staleAfterSeconds(intervalSeconds, strictestRpoSeconds) * 1_000;
}

/** Whether Holdfast may send its calls, signed with cloud credentials, to this address: over TLS, or to this very machine. */
export function isAllowedEndpoint(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, search, hash } = new URL(text);
  if (username || password || search || hash) return false;
  return protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
}

const isLoopback = (hostname: string) =>
  hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);

export const accountPattern = /^\d{12}$/;
export const regionPattern = /^[a-z]{2}(-[a-z]+)+-\d$/;
export const rolePattern = /^arn:aws(-[a-z]+)*:iam::(\d{12}):role\/[\w+=,.@/-]{1,512}$/;

/** The account that a role belongs to, or null where the text is no role. */
export const accountOfRole = (role: string): string | null => rolePattern.exec(role)?.[2] ?? null;

export type RegionFreshness = {
  region: string;
  state: "waiting" | "ok" | "failed" | "disabled";
  errorCode: string | null;
};

const reasons: Readonly<Record<string, string>> = {
  denied: "refused",
  role_not_assumable: "closed to its role",
  region_disabled: "switched off",
  unreachable: "out of reach",
  timed_out: "did not answer in time",
  throttled: "asked us to slow down",
};

/** "8 of 9 regions read, eu-west-3 refused": what of a connection was read last. */
export function regionsSentence(regions: readonly RegionFreshness[]): string {
  const asked = regions.filter(({ state }) => state !== "disabled");
  if (asked.length === 0) return "No region is read";
  const read = asked.filter(({ state }) => state === "ok").length;
  const byReason = new Map<string, string[]>();
  for (const { region, errorCode } of asked.filter(({ state }) => state === "failed")) {
    const reason = reasons[errorCode ?? ""] ?? "failed";
    byReason.set(reason, [...(byReason.get(reason) ?? []), region]);
  }
  const told = [...byReason].map(([reason, failed]) => `${listed(failed)} ${reason}`);
  return [`${read} of ${asked.length} ${asked.length === 1 ? "region" : "regions"} read`, ...told].join(", ");
}

const listed = (names: readonly string[]): string =>
  names.length > 3 ? `${names.length} others` : new Intl.ListFormat("en").format(names);

/** What is due of a connection's readings, by when each succeeded last or was tried last. */
export function dueKinds(
  last: { incrementalAt: Date | null; fullAt: Date | null; restorableAt: Date | null; intervalSeconds: number },
  now: Date,
): SyncKind[] {
  const isDue = (at: Date | null, everySeconds: number) => !at || now.getTime() - at.getTime() >= everySeconds * 1_000;
  if (isDue(last.fullAt, fullEverySeconds)) return ["full"];
  const due: SyncKind[] = [];
  if (isDue(last.incrementalAt, last.intervalSeconds)) due.push("incremental");
  if (isDue(last.restorableAt, restorableEverySeconds)) due.push("restorable");
  return due;
}

/** What an administrator decides about a connection, as the form holds it. */
export type ConnectionDecision = {
  name: string;
  regions: string;
  endpoint: string | null;
  readRoleRef: string;
  actRoleRef: string | null;
  cleanupRoleRef: string | null;
  serviceRoleRef: string | null;
  intervalSeconds: number;
};

/**
 * How many people a change of a connection asks: 1 where it would call another address, as another role, or see less
 * of the estate; null for its name, its pace, and what it sees more of.
 */
export function levelOfEdit(before: ConnectionDecision, after: ConnectionDecision): 1 | null {
  const refs = ["endpoint", "readRoleRef", "actRoleRef", "cleanupRoleRef", "serviceRoleRef"] as const;
  const seen = new Set(after.regions.split(" "));
  const blind = before.regions.split(" ").some((region) => !seen.has(region));
  return blind || refs.some((field) => before[field] !== after[field]) ? 1 : null;
}

/** How those fields are called when we say what changed. */
export const decisionNames: FieldNames<ConnectionDecision> = {
  name: { label: "name" },
  regions: { label: "regions" },
  endpoint: { label: "endpoint" },
  readRoleRef: { label: "read role" },
  actRoleRef: { label: "act role" },
  cleanupRoleRef: { label: "clean-up role" },
  serviceRoleRef: { label: "service role" },
  intervalSeconds: { label: "interval", spell: (seconds) => `${seconds} s` },
};

/** The trust policy that lets Holdfast, and with this external id only this connection of it, assume a role. */
export const trustPolicy = (externalId: string): string =>
  JSON.stringify(
    {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { AWS: "<the account or role that Holdfast runs as>" },
          Action: "sts:AssumeRole",
          Condition: { StringEquals: { "sts:ExternalId": externalId } },
        },
      ],
    },
    null,
    2,
  );
