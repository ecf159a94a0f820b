import "server-only";
import { format } from "node:util";
import pino from "pino";
import { env } from "./env";
import { clean, cleanFields, redact } from "./log-lines";

/**
 * The log: JSON lines, named fields, nothing secret. Written at once: a line still on its way when the process ends
 * would come after the one that says why it ended, or never.
 */
export const log = pino(
  {
    level: env.HOLDFAST_LOG_LEVEL,
    base: { role: env.HOLDFAST_ROLE },
    formatters: { log: cleanFields },
    // An error given without a name would otherwise be unfolded by pino itself, message and all.
    hooks: {
      logMethod([head, ...rest], method) {
        const words: unknown[] = rest.map((word) => clean(word));
        const first: unknown = head instanceof Error ? { error: head } : typeof head === "string" ? redact(head) : head;
        Reflect.apply(method, this, [first, ...words]);
      },
    },
    serializers: { err: (error) => error, error: (error) => error },
  },
  pino.destination({ fd: 1, sync: true }),
);

const asText = (said: readonly unknown[]) => format(...said.map((one) => (one instanceof Error ? clean(one) : one)));

/**
 * What frameworks and libraries write by themselves goes the way of every other line: their error output holds
 * messages, causes and stacks as they are, over as many lines as these have.
 */
export function captureConsole(): void {
  console.error = (...said: unknown[]) => log.error({ event: "console" }, asText(said));
  console.warn = (...said: unknown[]) => log.warn({ event: "console" }, asText(said));
}

/** Whatever nobody caught ends the process, with one clean line instead of Node's own. */
export function endOnUncaught(): void {
  const end = (error: unknown) => {
    log.fatal({ error }, "nobody caught this");
    process.exit(1);
  };
  process.on("uncaughtException", end);
  process.on("unhandledRejection", end);
}
