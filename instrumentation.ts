/** Before the first request: settings are read, the framework's own output is led into the log, and the hash that strangers are measured against is made. */
export async function register(): Promise<void> {
  // biome-ignore lint/style/noProcessEnv: Next replaces this very expression, which keeps Node's modules out of its edge build
  if (process.env.NEXT_RUNTIME === "nodejs") {
    const { captureConsole } = await import("@/lib/platform/log");
    captureConsole();
    const { demandActionKey } = await import("@/lib/platform/env");
    demandActionKey();
    const { warmPasswords } = await import("@/lib/auth/passwords");
    await warmPasswords();
  }
}

/** What went wrong while answering, once, with its request. */
export async function onRequestError(error: unknown, request: { path: string; method: string }): Promise<void> {
  // biome-ignore lint/style/noProcessEnv: as above
  if (process.env.NEXT_RUNTIME === "nodejs") {
    const { log } = await import("@/lib/platform/log");
    const digest = error instanceof Error && "digest" in error ? error.digest : undefined;
    log.error({ error, digest, method: request.method, path: request.path.split("?")[0] }, "a request failed");
  }
}
