import { randomUUID } from "node:crypto";
import type { PrismaClient } from "@/lib/platform/prisma/client";
import { listActions, listPages, listRoutes, listServedActions, type ServedAction } from "./authorisation/endpoints";
import { actions, pages, routes } from "./authorisation/expected";
import { makeSubjects, type Subject } from "./authorisation/subjects";
import { expect, test } from "./fixtures";
import { givePasskey } from "./passkeys";
import { planRestore, submitPlan } from "./restoring";

const file = "e2e/authorisation/expected.ts";

/** What came back, in one word of the table. */
type Verdict = "shown" | "signs in" | "not found" | "forbidden" | string;

type Ask = (subject: Subject, method: string, address: string, init?: RequestInit) => Promise<Verdict>;

const redirectOf = (text: string) => /NEXT_REDIRECT;[a-z]+;([^;"\\]+)/.exec(text)?.[1];

/** A page streams, so its refusal may come in the body of a 200. */
function verdictOf(status: number, location: string | null, text: string): Verdict {
  const place = location ?? redirectOf(text);
  if (place) {
    const { pathname } = new URL(place, "http://holdfast");
    return pathname === "/sign-in" ? "signs in" : `goes to ${pathname}`;
  }
  if (text.includes("This display was taken off.")) return "taken off";
  if (text.includes("NEXT_HTTP_ERROR_FALLBACK;404")) return "not found";
  if (text.includes("NEXT_HTTP_ERROR_FALLBACK;403")) return "forbidden";
  const plain: Record<number, Verdict> = { 401: "signs in", 403: "forbidden", 404: "not found" };
  return plain[status] ?? (status < 400 || status === 422 ? "shown" : `answers ${status}`);
}

const asker =
  (origin: string): Ask =>
  async ({ cookie }, method, address, init = {}) => {
    const answer = await fetch(`${origin}${address}`, {
      ...init,
      method,
      redirect: "manual",
      headers: { origin, ...(cookie ? { cookie } : {}), ...init.headers },
    });
    return verdictOf(answer.status, answer.headers.get("location"), await answer.text());
  };

/** One id of each kind that is really there, so that whoever may see it does. */
async function realIds(db: PrismaClient): Promise<Record<string, string>> {
  const first = async (found: Promise<{ id: string } | null>) => (await found)?.id ?? randomUUID();
  const select = { id: true } as const;
  const member = await db.systemResource.findFirst({ where: { validTo: null } });
  return {
    systemId: member?.systemId ?? randomUUID(),
    resourceId: member?.resourceId ?? randomUUID(),
    pointId: await first(db.recoveryPoint.findFirst({ select })),
    tierId: await first(db.tier.findFirst({ select })),
    connectionId: await first(db.connection.findFirst({ select })),
    personId: await first(db.user.findFirst({ select })),
    vaultId: await first(db.vault.findFirst({ select })),
    jobId: await first(db.job.findFirst({ select })),
    eventId: await first(db.auditEvent.findFirst({ select })),
    restoreId: await first(db.restoreRequest.findFirst({ select })),
    approvalId: await first(db.approvalRequest.findFirst({ where: { state: { not: "draft" } }, select })),
    "...nextauth": "csrf",
  };
}

/** A page that is not there proves nothing: there has to be a request that whoever may can see. */
async function demandRequest(db: PrismaClient, make: () => Promise<void>): Promise<void> {
  const found = await db.approvalRequest.count({ where: { state: { not: "draft" } } });
  if (found === 0) await make();
}

/** Pages that show nothing without a word in their address. */
const queries: Readonly<Record<string, string>> = { "/systems/[systemId]/backup": "?resource=[resourceId]" };

const filled = (address: string, ids: Record<string, string>) =>
  address.replaceAll(/\[([^\]]+)\]/g, (_, name: string) => ids[name] ?? randomUUID());

/** Pages on the way in; whoever has just enrolled stays for their recovery codes, everybody else who is in goes on. */
function wantedOfStep(rule: "second step" | "enrolment", standing: Subject["standing"]): Verdict[] {
  if (standing === "signed in") return [rule === "enrolment" ? "shown" : "goes to /"];
  const between = standing === "second step" || standing === "enrolment";
  return between ? ["goes to /sign-in/confirm", "goes to /enroll/factor"] : ["signs in"];
}

function wantedOfPage(rule: string, { standing, may }: Subject): Verdict[] {
  if (rule === "anybody") return ["shown", "goes to /"];
  if (rule === "after a refusal") return ["signs in"];
  if (rule === standing) return ["shown"];
  if (rule === "second step" || rule === "enrolment") return wantedOfStep(rule, standing);
  if (standing === "former display" && rule === "wall:read") return ["taken off"];
  const known = standing === "signed in" || (standing === "display" && rule === "wall:read");
  if (!known) return ["signs in"];
  if (may.includes(rule.replace("!", ""))) return ["shown"];
  return [rule.startsWith("!") ? "forbidden" : "not found"];
}

function wantedOfRoute(rule: string, { standing, may }: Subject): Verdict[] {
  if (rule === "anybody") return ["shown", "not found", "answers 415"];
  if (rule === "the provider's token") return ["answers 400"];
  const known = standing === "signed in" || (standing === "display" && rule === "wall:read");
  if (!known) return ["signs in"];
  return may.includes(rule) ? ["shown", ...(rule === "restore:read" ? ["not found"] : [])] : ["forbidden"];
}

/** Runs what is to be asked six at a time, and tells what did not come out as the table says. */
async function surprises(asked: readonly (() => Promise<string | null>)[]): Promise<string[]> {
  const left = [...asked];
  const found: string[] = [];
  const work = async () => {
    for (let next = left.pop(); next; next = left.pop()) {
      const surprise = await next();
      if (surprise) found.push(surprise);
    }
  };
  await Promise.all(Array.from({ length: 6 }, work));
  return found.sort();
}

const compare = (what: string, subject: Subject, got: Verdict, wanted: readonly Verdict[]) =>
  wanted.includes(got) ? null : `${what} as ${subject.name}: "${got}" where the table says "${wanted.join('" or "')}"`;

/** An action called by its number with nothing in its form: what it says before it looks at anything. */
async function call(origin: string, { cookie }: Subject, action: ServedAction, address: string): Promise<string> {
  const body = new FormData();
  body.set("0", '[null,"$K1"]');
  const answer = await fetch(`${origin}${address}`, {
    method: "POST",
    redirect: "manual",
    headers: { origin, "next-action": action.id, accept: "text/x-component", ...(cookie ? { cookie } : {}) },
    body,
  });
  const text = await answer.text();
  const code = /"ok":false,"code":"(\w+)"/.exec(text)?.[1];
  if (code) return code;
  if (/"ok":true/.test(text)) return "done";
  return answer.status < 400 ? `went ${answer.headers.get("x-action-redirect") ?? "on"}` : `answers ${answer.status}`;
}

function wantedOfAction(rule: string, { standing, may }: Subject): RegExp {
  if (rule === "anybody") return /^(?:invalid|rate_limited|went .*)$/;
  if (rule === "second step")
    return standing === "second step" || standing === "enrolment" ? /^(?!unauthenticated)/ : /^unauthenticated$/;
  if (standing !== "signed in") return /^unauthenticated$/;
  if (rule === "signed in") return /^invalid$/;
  // There is nothing to fill in wrongly: whoever has no factor is told so.
  if (rule === "own factor") return /^forbidden$/;
  return may.includes(rule) ? /^(?:invalid|not_found|conflict|step_up_required|rate_limited|done)$/ : /^forbidden$/;
}

const missingFrom = (found: readonly string[], table: Readonly<Record<string, string>>) =>
  found.filter((one) => !Object.hasOwn(table, one)).map((one) => `"${one}": "…",`);

test("every page, route and server action is in the written table", () => {
  const tables = {
    pages: [listPages(), pages],
    routes: [listRoutes(), routes],
    actions: [listActions(), actions],
  } as const;
  for (const [name, [found, table]] of Object.entries(tables)) {
    expect(missingFrom(found, table), `add these lines to ${name} in ${file}, each with what it needs`).toEqual([]);
    const gone = Object.keys(table).filter((one) => !found.includes(one));
    expect(gone, `take these lines out of ${name} in ${file}`).toEqual([]);
  }
});

test("every page shows itself to whom the table says, and to nobody else", async ({
  db,
  stack,
  page,
  person,
  signIn,
}) => {
  await demandRequest(db, async () => {
    const lena = await person("Lena Matrix", "operator");
    await signIn(page, lena);
    await givePasskey(page, db, lena);
    await planRestore(page, "A request for everybody to look at");
    await submitPlan(page);
  });
  const subjects = await makeSubjects(db, stack);
  const ids = await realIds(db);
  const ask = asker(stack.url);
  const asked = subjects.flatMap((subject) =>
    Object.entries(pages).map(([page, rule]) => async () => {
      return compare(
        page,
        subject,
        await ask(subject, "GET", filled(`${page}${queries[page] ?? ""}`, ids)),
        wantedOfPage(rule, subject),
      );
    }),
  );
  expect(await surprises(asked)).toEqual([]);
});

test("every route answers whom the table says, and nobody else", async ({ db, stack }) => {
  const subjects = await makeSubjects(db, stack);
  const ids = await realIds(db);
  const ask = asker(stack.url);
  const asked = subjects.flatMap((subject) =>
    Object.entries(routes).map(([route, rule]) => async () => {
      const [method = "", address = ""] = route.split(" ");
      const init = method === "POST" ? { body: new URLSearchParams({ q: "matrix" }) } : {};
      const got = await ask(subject, method, filled(address, ids), init);
      return compare(route, subject, got, wantedOfRoute(rule, subject));
    }),
  );
  expect(await surprises(asked)).toEqual([]);
});

test("every method that a route does not have is refused to everybody", async ({ db, stack }) => {
  const subjects = await makeSubjects(db, stack);
  const ids = await realIds(db);
  const ask = asker(stack.url);
  const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
  const addresses = [...new Set(Object.keys(routes).map((route) => route.split(" ")[1] ?? ""))];
  const asked = subjects
    .filter(({ name }) => ["anonymous", "administrator"].includes(name))
    .flatMap((subject) =>
      addresses.flatMap((address) =>
        methods
          .filter((method) => !(`${method} ${address}` in routes))
          .map((method) => async () => {
            const got = await ask(subject, method, filled(address, ids));
            return compare(`${method} ${address}`, subject, got, ["answers 405", "signs in"]);
          }),
      ),
    );
  expect(await surprises(asked)).toEqual([]);
});

test("every server action answers whom the table says, and does nothing for anybody else", async ({ db, stack }) => {
  const subjects = await makeSubjects(db, stack);
  const ids = await realIds(db);
  const served = listServedActions();
  expect(served.length).toBeGreaterThan(40);
  // Signing out would end the session that the other actions are tried with; it is open to anybody.
  const tried = served.filter(({ key }) => key !== "sign-out#signOutAction");
  const asked = subjects.flatMap((subject) =>
    tried.map((action) => async () => {
      const rule = actions[action.key] ?? "";
      const got = await call(stack.url, subject, action, filled(action.pages[0] ?? "/", ids));
      const wanted = wantedOfAction(rule, subject);
      return wanted.test(got) ? null : `${action.key} as ${subject.name}: "${got}" where ${rule} wants ${wanted}`;
    }),
  );
  expect(await surprises(asked)).toEqual([]);
});
