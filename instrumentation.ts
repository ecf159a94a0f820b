/** Before the first request: settings are read, and the hash that strangers are measured against is made. */
export async function register(): Promise<void> {
  const { warmPasswords } = await import("@/lib/auth/passwords");
  await warmPasswords();
}

/** What went wrong while answering, once, with its request. */
export async function onRequestError(error: unknown, request: { path: string; method: string }): Promise<void> {
  const { log } = await import("@/lib/platform/log");
  log.error({ error, method: request.method, path: request.path.split("?")[0] }, "a request failed");
}
