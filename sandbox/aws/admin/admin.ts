import { z } from "zod";
import type { Calls } from "@/sandbox/aws/admin/calls";
import { type Faults, faultRule } from "@/sandbox/aws/admin/faults";
import type { Engine } from "@/sandbox/aws/engine/engine";
import { catchUpFully } from "@/sandbox/aws/engine/live";
import type { ServiceAnswer, ServiceRequest } from "@/sandbox/aws/service";

export type AdminPort = {
  engine(): Engine;
  faults: Faults;
  calls: Calls;
  /** Replaces the world by a freshly built estate. */
  reseed(order: SeedOrder): Promise<void>;
};

const advanceOrder = z.union([
  z.object({ advanceMs: z.number().int().min(0) }),
  z.object({ to: z.iso.datetime({ offset: true }) }),
  z.object({ speed: z.number().positive().max(100_000) }),
]);

const faultsOrder = z.union([z.array(faultRule), z.object({ rules: z.array(faultRule) }), faultRule]);

export const seedOrder = z.object({
  estate: z.enum(["small", "large", "empty"]),
  seed: z.string().min(1).optional(),
  size: z.number().int().min(1).max(1_000_000).optional(),
});

export type SeedOrder = z.output<typeof seedOrder>;

const accidentOrder = z.object({
  accountId: z.string(),
  region: z.string(),
  identifier: z.string(),
  kind: z.enum(["wrong_prices", "dropped_rows"]),
});

/** The path under which the sandbox is steered; no AWS service has it. */
export const adminPrefix = "/_sandbox/";

/** Answers the side that steers the sandbox: clock, faults, calls, seed, accidents, health. */
export async function answerAdmin(port: AdminPort, request: ServiceRequest): Promise<ServiceAnswer> {
  const topic = request.rawPath.slice(adminPrefix.length).replace(/\/$/, "");
  const handler = topics[`${request.method} ${topic}`];
  if (!handler) return answer(404, { error: `The sandbox has no ${request.method} ${request.rawPath}.` });
  try {
    return answer(200, await handler(port, request));
  } catch (error) {
    if (error instanceof z.ZodError) return answer(422, { error: z.prettifyError(error) });
    if (error instanceof RangeError || error instanceof SyntaxError) return answer(422, { error: error.message });
    throw error;
  }
}

type Topic = (port: AdminPort, request: ServiceRequest) => object | Promise<object>;

const topics: Record<string, Topic> = {
  "GET health": ({ engine }) => ({ status: "ok", estate: engine().world.estate, ...describeClock(engine()) }),
  "GET clock": ({ engine }) => describeClock(engine()),
  "POST clock": async ({ engine }, request) => {
    await moveClock(engine(), advanceOrder.parse(JSON.parse(request.body)));
    return describeClock(engine());
  },
  "GET faults": ({ faults }) => ({ rules: faults.list() }),
  "POST faults": ({ faults }, request) => {
    const order = faultsOrder.parse(JSON.parse(request.body));
    faults.add(Array.isArray(order) ? order : "rules" in order ? order.rules : [order]);
    return { rules: faults.list() };
  },
  "DELETE faults": ({ faults }) => {
    faults.clear();
    return { rules: [] };
  },
  "GET calls": ({ calls }, request) => ({ calls: calls.list(request.query.get("operation")) }),
  "DELETE calls": ({ calls }) => {
    calls.clear();
    return { calls: [] };
  },
  "POST seed": async (port, request) => {
    await port.reseed(seedOrder.parse(JSON.parse(request.body)));
    return { estate: port.engine().world.estate, ...describeClock(port.engine()) };
  },
  "POST accidents": async ({ engine }, request) =>
    breakDatabase(engine(), accidentOrder.parse(JSON.parse(request.body))),
};

function describeClock(engine: Engine) {
  return { clock: engine.clock.kind, now: new Date(engine.clock.now()).toISOString(), speed: engine.speed };
}

async function moveClock(engine: Engine, order: z.output<typeof advanceOrder>) {
  if ("speed" in order) {
    engine.speed = order.speed;
    return;
  }
  if (engine.clock.kind !== "virtual") throw new RangeError("Only a virtual clock can be advanced.");
  engine.clock.set("advanceMs" in order ? engine.clock.now() + order.advanceMs : Date.parse(order.to));
  await catchUpFully(engine);
}

async function breakDatabase(engine: Engine, order: z.output<typeof accidentOrder>): Promise<object> {
  const resources = Object.values(engine.world.accounts[order.accountId]?.regions[order.region]?.resources ?? {});
  const found = resources.find(
    (one) => one.name === order.identifier && one.database !== null && one.deletedMs === null,
  );
  if (!found?.database || !engine.databases) throw new RangeError(`${order.identifier} has no real database here.`);
  const atMs = engine.clock.now();
  found.database.accidents.push({ atMs, kind: order.kind });
  await engine.databases.breakLive(found.database.ref, { at: new Date(atMs), kind: order.kind });
  engine.isDirty = true;
  return { at: new Date(atMs).toISOString() };
}

function answer(status: number, content: object): ServiceAnswer {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(content) };
}
