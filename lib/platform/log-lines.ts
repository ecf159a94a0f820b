import { visible } from "@/lib/core/words";

/** The fields a log line may have; everything else is left out by name, so that nothing slips in beside them. */
export const logFields: ReadonlySet<string> = new Set([
  "account",
  "action",
  "actor",
  "address",
  "anchor",
  "approvalId",
  "attempt",
  "certain",
  "changeId",
  "connectionId",
  "count",
  "counts",
  "digest",
  "durationMs",
  "err",
  "error",
  "event",
  "factorId",
  "fence",
  "id",
  "itemId",
  "job",
  "jobId",
  "jobRef",
  "kind",
  "message",
  "method",
  "name",
  "path",
  "pid",
  "providerCode",
  "queues",
  "reason",
  "refusal",
  "refused",
  "region",
  "regions",
  "requestId",
  "ruleId",
  "runId",
  "schedule",
  "sent",
  "signal",
  "state",
  "step",
  "timeZone",
  "timer",
  "to",
  "violation",
]);

const removed = "[removed]";
const deepest = 6;
const longest = 4_000;
const mostEntries = 50;

/** Names whose values are secret wherever they stand. */
const secretName =
  /pass(?:word|phrase|wd)|secret|token|^otp$|totp|one.?time|^code$|(?:enrol|pair)\w*code|recovery.?code|cookie|authori[sz]ation|assertion|credential|signature|api.?key|private.?key|access.?key|master.?key|_key$|^keys?$|session.?id|^sid$|metadata|client.?data|authenticator.?data|dsn|connection.?string/i;

/** Values that betray by their form that they are secret, in running text. */
const secretForms: readonly [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, removed],
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s/@"'<>]*:[^\s/@"'<>]*@[^\s"'<>]*/gi, removed],
  [/\bpostgres(?:ql)?:\/\/[^\s"'<>]+/gi, removed],
  [/\botpauth:\/\/[^\s"'<>]+/gi, removed],
  [/\b(?:AKIA|ASIA|AROA|AIDA)[0-9A-Z]{16}\b/g, removed],
  [/\beyJ[\w-]{5,}\.[\w-]*(?:\.[\w-]*)*/g, removed],
  [/\bholdfast_[a-z]+_[\w-]+/g, removed],
  [/\bwhsec_[\w+/=-]+/g, removed],
  [/\bholdfast\.(sid|wall)=[^;\s"']+/g, `holdfast.$1=${removed}`],
  [/\b(Bearer|Basic)\s+[\w+/=.~-]{8,}/gi, `$1 ${removed}`],
  [/\bAWS4-HMAC-SHA256\b.*/g, `AWS4-HMAC-SHA256 ${removed}`],
  [/\b[\w-]{1,12}:[A-Za-z0-9+/]{43}=/g, removed],
  [/\b[A-Za-z0-9+/]{40,}={0,2}(?![\w/.-])/g, removed],
  [/\b[0-9A-HJKMNP-TV-Z]{5}(?:-[0-9A-HJKMNP-TV-Z]{5}){3,}\b/gi, removed],
  [
    /((?:pass(?:word|wd|phrase)|secret|token|otp|totp|cookie|authorization|assertion|credential|signature|api[-_]?key|private[-_]?key|access[-_]?key|session[-_]?id|sid)["'\]]*\s*[:=]\s*)(?!\[removed)(?:"[^"]*"|'[^']*'|[^\s"',;&)}\]]+)/gi,
    `$1${removed}`,
  ],
  [/(\b(?:one-time |recovery |enrolment )?code["']?\s*(?:[:=]|is|was)?\s*["']?)\d{6,8}\b/gi, `$1${removed}`],
];

/** Words for a log line: secrets that betray their form are cut out, and no character in them can forge or hide a line. */
export function redact(text: string): string {
  const cut = secretForms.reduce((said, [form, instead]) => said.replace(form, instead), text.slice(0, longest * 2));
  return visible(cut.replace(/\r\n|[\r\n]/g, " ⏎ ")).slice(0, longest);
}

const errorCode = /^[A-Z][A-Za-z0-9_]{1,60}$/;

function describeError(error: Error, depth: number): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  const code = "code" in error && typeof error.code === "string" && errorCode.test(error.code) ? error.code : undefined;
  return {
    name: redact(name),
    ...(code === undefined ? {} : { code }),
    message: redact(message),
    stack: redact(stack ?? "").slice(0, 2_000),
    ...(cause === undefined ? {} : { cause: clean(cause, depth + 1) }),
    ...(error instanceof AggregateError ? { errors: clean(error.errors, depth + 1) } : {}),
  };
}

const cleanEntries = (entries: [string, unknown][], depth: number) =>
  Object.fromEntries(
    entries
      .slice(0, mostEntries)
      .map(([key, value]) => [redact(key), secretName.test(key) ? removed : clean(value, depth + 1)]),
  );

/** A value as a log line may hold it: no secret by name or form at any depth, no bytes, nothing endless. */
export function clean(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return redact(value);
  if (typeof value === "bigint") return String(value);
  if (typeof value === "function" || typeof value === "symbol") return `[${typeof value}]`;
  if (typeof value !== "object" || value === null) return value;
  return depth > deepest ? "[deeper]" : cleanObject(value, depth);
}

function cleanObject(value: object, depth: number): unknown {
  if (value instanceof Error) return describeError(value, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "[no date]" : value.toISOString();
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (value instanceof Map)
    return cleanEntries(
      [...value].map(([key, inner]) => [String(key), inner]),
      depth,
    );
  if (Array.isArray(value) || value instanceof Set)
    return [...value].slice(0, mostEntries).map((one) => clean(one, depth + 1));
  return cleanEntries(Object.entries(value), depth);
}

/** The named fields of a line, cleaned; the names of the others are told, their values are not. */
export function cleanFields(fields: Record<string, unknown>): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  const leftOut: string[] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    if (logFields.has(name)) kept[name] = clean(value);
    else leftOut.push(redact(name).slice(0, 60));
  }
  return leftOut.length > 0 ? { ...kept, leftOut } : kept;
}
