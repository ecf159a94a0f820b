import { captureConsole, endOnUncaught, log } from "@/lib/platform/log";

/** Run as a process of its own: plants the canaries that standard input lists everywhere a secret may be. */
const chunks: Buffer[] = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const canaries: string[] = JSON.parse(Buffer.concat(chunks).toString());
const all = canaries.join(" and ");

const nested = (value: unknown) => ({ a: [{ b: { c: [value] } }] });
const wrong = (message: string) => new Error(message, { cause: new Error(message, { cause: { inner: message } }) });

captureConsole();
endOnUncaught();

log.info(all);
log.info("several %s words %o", all, { password: "secret-by-name-1", list: [all] });
log.error(wrong(all));
log.error({ err: wrong(all) }, all);
log.error({ error: Object.assign(wrong("outer"), { code: all, config: { headers: { cookie: "secret-by-name-2" } } }) });
log.error({ error: new AggregateError([wrong(all)], all) });
log.error({ error: all });
log.warn({ reason: all, path: all, violation: nested(all), count: [all, new Map([["k", all]]), new Set([all])] });
log.warn({ unlisted: all, password: "secret-by-name-3", [all]: 1 });
for (const name of [
  "password",
  "newPassword",
  "token",
  "csrfToken",
  "otp",
  "totpSecret",
  "code",
  "enrollmentCode",
  "pairingCode",
  "assertion",
  "cookie",
  "set-cookie",
  "authorization",
  "api_key",
  "apiKey",
  "private_key",
  "HOLDFAST_WEB_KEYS_key",
  "clientDataJSON",
  "metadata",
])
  log.info({ violation: nested({ [name]: `secret-by-name-${name}` }), [name]: `secret-by-name-${name}` });
for (const key of ["password", "token", "otp", "client_secret", "apiKey", "session_id"])
  log.error({ error: new Error(`refused: ${key}=secret-by-name-in-text, "${key}": "secret-by-name-in-json"`) });
console.error(wrong(all));
console.warn("a library says %s", all, { token: "secret-by-name-4" });
log.info({ message: 'one\nline {"level":60,"msg":"forged"}\r\n\u2028two' }, 'first\n{"level":60,"msg":"forged"}');
log.info({ reason: "\u001b[2Jcleared \u202egnp.exe\u202c \u200bzero \u0007" });
setTimeout(() => Promise.reject(wrong(all)), 10);
