import { listServedActions } from "./authorisation/endpoints";
import { makeSubjects } from "./authorisation/subjects";
import { expect, test } from "./fixtures";
import { readLog } from "./stack";

const canary = (nth: number) => `canary${nth}x7Q2`;

test("what people send never reaches the log of a running process, and cannot forge a line of it", async ({
  db,
  stack,
}) => {
  const subjects = await makeSubjects(db, stack);
  const cookieOf = (wanted: string) => subjects.find(({ name }) => name === wanted)?.cookie ?? "";
  const [session, display] = [cookieOf("administrator"), cookieOf("wall display")];
  const forged = encodeURIComponent('\r\n{"level":60,"msg":"forged"}');
  const json = (body: unknown) => JSON.stringify(body);
  const pair = listServedActions().find(({ key }) => key === "wall/pair#pairDisplayAction")?.id ?? "";
  const lookAt = listServedActions().find(({ key }) => key === "enroll#lookAtCodeAction")?.id ?? "";
  const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
  const sent: [string, RequestInit][] = [
    [`/systems?token=${canary(1)}&q=${forged}`, { headers: { cookie: session } }],
    [`/nowhere/${forged}?password=${canary(2)}`, { headers: { cookie: session } }],
    ["/api/live/home", { headers: { cookie: `holdfast.sid=${canary(3)}`, authorization: `Bearer ${canary(4)}` } }],
    ["/wall", { headers: { cookie: display } }],
    ["/api/live/wall", { headers: { cookie: display } }],
    ["/api/live/wall", { headers: { cookie: `holdfast.wall=${canary(14)}` } }],
    [
      "/wall/pair",
      {
        method: "POST",
        headers: { "next-action": pair, "content-type": "application/x-www-form-urlencoded" },
        body: form({ "1_code": canary(15), "0": '[null,"$K1"]' }),
      },
    ],
    ["/api/search?q=%00", { headers: { cookie: session, "x-request-id": `${canary(5)}` } }],
    [
      "/api/auth/callback/credentials",
      {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: form({ email: "a@b.example", password: canary(6), csrfToken: canary(7) }),
      },
    ],
    [
      "/enroll",
      {
        method: "POST",
        headers: { "next-action": lookAt, "content-type": "text/plain" },
        body: json([{ code: canary(8) }]),
      },
    ],
    [
      "/enroll",
      {
        method: "POST",
        headers: { "next-action": "00ff", "content-type": "text/plain" },
        body: json([{ otp: canary(10) }]),
      },
    ],
    [
      "/enroll",
      { method: "POST", headers: { "next-action": lookAt, "content-type": "text/plain" }, body: `["${canary(11)}` },
    ],
    [
      "/api/csp",
      {
        method: "POST",
        headers: { "content-type": "application/csp-report" },
        body: json({
          "csp-report": {
            "blocked-uri": `https://u:${canary(12)}@evil.example/?t=${canary(13)}`,
            "document-uri": `x\n{"level":60,"msg":"forged"}`,
          },
        }),
      },
    ],
  ];
  for (const [path, init] of sent) {
    const answer = await fetch(`${stack.url}${path}`, {
      ...init,
      redirect: "manual",
      headers: { origin: stack.url, ...init.headers },
    });
    await answer.text();
  }
  for (const name of ["web", "worker"]) {
    const log = readLog(name);
    expect(log.match(/canary\d+x7Q2/g) ?? [], name).toEqual([]);
    expect(log, name).not.toMatch(/^\{"level":60,"msg":"forged"\}/m);
    const secrets = [
      stack.env.NEXTAUTH_SECRET,
      stack.env.HOLDFAST_WEB_KEYS,
      stack.env.HOLDFAST_WORKER_KEYS,
      session.split("=")[1],
      display.split("=")[1],
    ];
    for (const secret of secrets) expect(log.includes(secret ?? "none"), name).toBe(false);
  }
});
