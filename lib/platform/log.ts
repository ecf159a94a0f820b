import "server-only";
import pino from "pino";
import { env } from "./env";

const hidden = [
  "password",
  "secret",
  "token",
  "otp",
  "code",
  "assertion",
  "cookie",
  "authorization",
  "metadata",
  "totpSecret",
];
const shaped =
  /AKIA[0-9A-Z]{16}|ASIA[0-9A-Z]{16}|eyJ[\w-]+\.[\w-]+\.[\w-]*|holdfast_[a-z]+_[\w-]+|postgres(?:ql)?:\/\/\S+/g;

/** Words for a log line: secrets that betray their form are cut out, line breaks cannot forge a second line. */
export const redact = (text: string) => text.replace(shaped, "[removed]").replace(/[\r\n]+/g, " ⏎ ");

const describe = (error: unknown) =>
  error instanceof Error
    ? { name: error.name, message: redact(error.message), stack: redact(error.stack ?? "").slice(0, 2_000) }
    : { name: "unknown", message: redact(String(error)) };

/** The log: JSON lines, named fields, nothing secret. */
export const log = pino({
  level: env.HOLDFAST_LOG_LEVEL,
  base: { role: env.HOLDFAST_ROLE },
  redact: { paths: hidden.flatMap((key) => [key, `*.${key}`]), censor: "[removed]" },
  serializers: { err: describe, error: describe },
});
