import { ProviderError, type ProviderErrorKind } from "@/lib/providers/contract";

type Told = { name: string; message: string; status: number | undefined; attempts: number; code: string | undefined };

const network = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPIPE",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

/** The first pattern that fits an error's name decides its kind. */
const byName: readonly (readonly [RegExp, ProviderErrorKind])[] = [
  [/^(TimeoutError|RequestTimeout|RequestTimeoutException|AbortError)$/, "timed_out"],
  [
    /Throttl|^TooManyRequests|^RequestLimitExceeded|^SlowDown|^BandwidthLimitExceeded|^ProvisionedThroughputExceeded/,
    "throttled",
  ],
  [
    /^(UnrecognizedClientException|InvalidClientTokenId|OptInRequired|RegionDisabledException|AuthFailure|InvalidAccessKeyId)$/,
    "region_disabled",
  ],
  [/^(ExpiredToken|ExpiredTokenException|RequestExpired|CredentialsProviderError)$/, "role_not_assumable"],
  [/AccessDenied|UnauthorizedOperation|NotAuthorized|^Forbidden$|^403$/, "denied"],
  [/NotFound|^NoSuch|^404$|DoesNotExist/, "not_found"],
  [/AlreadyExists|Conflict|InvalidResourceState|LimitExceeded|QuotaExceeded|InUse/, "conflict"],
  [
    /^Invalid|^MissingParameter|^Validation|^Malformed|^SerializationException|^UnknownOperation|^ParamValidation/,
    "invalid",
  ],
];

/** Kinds that say that this very call had no effect. */
const refusals: ReadonlySet<ProviderErrorKind> = new Set([
  "denied",
  "role_not_assumable",
  "region_disabled",
  "invalid",
  "not_found",
  "conflict",
]);

const plainWords: Partial<Record<ProviderErrorKind, string>> = {
  timed_out: "AWS did not answer in time.",
  throttled: "AWS asked us to slow down.",
  region_disabled: "This region is switched off for the account, or its credentials are not valid there.",
};

/** Any failure of an SDK call, in our words. A refusal is definite only when no earlier, unanswered attempt went before it. */
export function toProviderError(error: unknown): ProviderError {
  if (error instanceof ProviderError) return error;
  const told = read(error);
  const kind = kindOf(told);
  const known = plainWords[kind];
  const message = [known, told.message === told.name ? undefined : told.message].filter(Boolean).join(" ");
  return new ProviderError(
    kind,
    message || told.name,
    told.name,
    refusals.has(kind) && told.attempts <= 1 && !reusedToken(told),
  );
}

/** Runs one call and answers its failure as a ProviderError. */
export async function ask<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw toProviderError(error);
  }
}

/** A list's pages with their failures as ProviderErrors. */
export async function* readPages<Page, T>(
  pages: () => AsyncIterable<Page>,
  pick: (page: Page) => readonly T[],
): AsyncGenerator<readonly T[]> {
  try {
    for await (const page of pages()) yield pick(page);
  } catch (error) {
    throw toProviderError(error);
  }
}

/** A member that AWS always sends; its absence means that we do not understand the answer. */
export function named<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new ProviderError("broken", `AWS left out the ${what}.`, "IncompleteAnswer", false);
  return value;
}

function kindOf({ name, status, code, message }: Told): ProviderErrorKind {
  if (reusedToken({ name, message })) return "conflict";
  if (code && network.has(code)) return "unreachable";
  if (code === "ETIMEDOUT") return "timed_out";
  for (const [pattern, kind] of byName) if (pattern.test(name)) return kind;
  if (status === 401 || status === 403) return "denied";
  if (status === 404) return "not_found";
  if (status === 429) return "throttled";
  return "broken";
}

/** A token that was used with other parameters says that a call did get through before. */
const reusedToken = ({ name, message }: Pick<Told, "name" | "message">) =>
  /IdempotentParameterMismatch|IdempotencyToken/i.test(name) ||
  (/^Invalid/.test(name) && /idempotency token/i.test(message));

function read(error: unknown): Told {
  if (!(error instanceof Error))
    return { name: "UnknownError", message: String(error), status: undefined, attempts: 1, code: undefined };
  const extra = error as Error & {
    $metadata?: { httpStatusCode?: number; attempts?: number };
    code?: unknown;
    cause?: unknown;
  };
  const cause = extra.cause instanceof Error ? (extra.cause as Error & { code?: unknown }) : undefined;
  const code = [extra.code, cause?.code].find((one) => typeof one === "string");
  return {
    name: extra.name,
    message: extra.message,
    status: extra.$metadata?.httpStatusCode,
    attempts: extra.$metadata?.attempts ?? 1,
    code: typeof code === "string" ? code : undefined,
  };
}
