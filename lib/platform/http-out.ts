import "server-only";
import { lookup } from "node:dns/promises";
import http, { type ClientRequest, type IncomingMessage } from "node:http";
import https from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { databaseUrl, env } from "./env";
import { addressTrouble, bareHost, type OutboundPolicy, portOf, urlTrouble } from "./outbound-rules";

export type OutboundOptions = {
  method?: "GET" | "POST";
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  maxBytes?: number;
  totalMs?: number;
};

export type OutboundAnswer = { status: number; headers: Record<string, string>; body: Uint8Array };

/** A call that the rules forbid; the message names the rule and is fit for the screen. */
export class OutboundRefused extends Error {
  override name = "OutboundRefused";
}

/** A call that was allowed and did not get an answer; the message is fit for the screen. */
export class OutboundFailed extends Error {
  override name = "OutboundFailed";
}

type Address = { address: string; family: number };
export type Resolver = (host: string) => Promise<Address[]>;
type Wiring = { policy: OutboundPolicy; resolve: Resolver };

const connectMs = 5_000;
const usualTotalMs = 10_000;
const usualMaxBytes = 65_536;

const headerName = /^[\w!#$%&'*+.^`|~-]+$/;
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/;
/** These say where a message goes and ends; only the client itself may. */
const ownHeaders = [
  "host",
  "connection",
  "content-length",
  "transfer-encoding",
  "accept-encoding",
  "upgrade",
  "expect",
];

function headerTrouble(headers: Record<string, string>): string | null {
  for (const [name, value] of Object.entries(headers)) {
    if (!headerName.test(name) || !headerValue.test(value)) return "A header has characters that no header may have.";
    if (ownHeaders.includes(name.toLowerCase())) return `The header ${name.toLowerCase()} is not the caller's to set.`;
  }
  return null;
}

/** Looks a name up once, judges every address it stands for, and connects to exactly those: no second, other answer counts. */
function judgedLookup(port: number, { policy, resolve }: Wiring): LookupFunction {
  return (hostname, { all }, callback) => {
    judge(hostname, port, policy, resolve).then(
      (found) => {
        const [first] = found;
        if (all) callback(null, found);
        else callback(null, first?.address ?? "", first?.family);
      },
      (error: Error) => callback(error, ""),
    );
  };
}

async function judge(host: string, port: number, policy: OutboundPolicy, resolve: Resolver): Promise<Address[]> {
  const found = await resolve(bareHost(host));
  if (found.length === 0) throw new OutboundFailed(`${host} does not stand for any address.`);
  const own = await databaseAddresses(policy, resolve);
  for (const { address } of found) {
    const trouble = addressTrouble(address, port, policy);
    if (trouble) throw new OutboundRefused(trouble);
    if (own.includes(bareHost(address))) throw new OutboundRefused("This is where Holdfast's own database listens.");
  }
  return found;
}

/** The database's addresses by name; on this very machine its port alone tells it apart. */
async function databaseAddresses({ database, loopback }: OutboundPolicy, resolve: Resolver): Promise<string[]> {
  if (!database || loopback) return [];
  if (isIP(database.host) !== 0) return [database.host];
  return (await resolve(database.host).catch(() => [])).map(({ address }) => bareHost(address));
}

const flattened = (headers: http.IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : (value ?? "")]),
  );

async function collect(answer: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of answer) {
    sizeBytes += part.length;
    if (sizeBytes > maxBytes) throw new OutboundFailed(`The answer is longer than ${maxBytes} bytes.`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

async function answerOf(answer: IncomingMessage, maxBytes: number): Promise<OutboundAnswer> {
  const status = answer.statusCode ?? 0;
  if (status >= 300 && status < 400 && status !== 304)
    throw new OutboundRefused("The answer points to another address, and redirects are not followed.");
  return { status, headers: flattened(answer.headers), body: await collect(answer, maxBytes) };
}

/** Gives up on a request that has not connected after 5 s, and on any that has not been answered in full in its total time. */
function keepTime(request: ClientRequest, totalMs: number, giveUp: (what: string) => void): () => void {
  const total = setTimeout(() => giveUp(`did not answer in full within ${totalMs / 1_000} s.`), totalMs);
  const connecting = setTimeout(() => giveUp(`could not be connected to within ${connectMs / 1_000} s.`), connectMs);
  request.once("socket", (socket) => {
    socket.once(request.protocol === "https:" ? "secureConnect" : "connect", () => clearTimeout(connecting));
  });
  return () => {
    clearTimeout(total);
    clearTimeout(connecting);
  };
}

const asOutbound = (error: unknown, host: string): Error => {
  if (error instanceof OutboundRefused || error instanceof OutboundFailed) return error;
  const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
  return new OutboundFailed(`${host} could not be reached${code}.`, { cause: error });
};

function open(url: URL, wiring: Wiring, { method = "GET", headers = {} }: OutboundOptions, length: number | null) {
  const { request } = url.protocol === "https:" ? https : http;
  return request(url, {
    method,
    agent: false,
    rejectUnauthorized: true,
    lookup: judgedLookup(portOf(url), wiring),
    headers: {
      "user-agent": "Holdfast",
      ...headers,
      "accept-encoding": "identity",
      ...(length === null ? {} : { "content-length": String(length) }),
    },
  });
}

function exchange(url: URL, wiring: Wiring, options: OutboundOptions): Promise<OutboundAnswer> {
  const { body, maxBytes = usualMaxBytes, totalMs = usualTotalMs } = options;
  const bytes = body === undefined ? null : Buffer.from(body);
  const request = open(url, wiring, options, bytes?.length ?? null);
  return new Promise<OutboundAnswer>((resolve, reject) => {
    const stopTime = keepTime(request, totalMs, (what) =>
      settle(reject, new OutboundFailed(`${url.hostname} ${what}`)),
    );
    const settle = <T>(tell: (what: T) => void, what: T) => {
      tell(what);
      stopTime();
      request.destroy();
    };
    request.on("error", (error) => settle(reject, error));
    request.once("response", (answer) => {
      answerOf(answer, maxBytes).then(
        (whole) => settle(resolve, whole),
        (error) => settle(reject, error),
      );
    });
    request.end(bytes ?? undefined);
  });
}

/** An outgoing client under the given rules; tests give their own, everybody else takes callOut. */
export function outboundClient(wiring: Wiring) {
  return async (url: string, options: OutboundOptions = {}): Promise<OutboundAnswer> => {
    const trouble = urlTrouble(url, wiring.policy) ?? headerTrouble(options.headers ?? {});
    if (trouble) throw new OutboundRefused(trouble);
    const target = new URL(url);
    try {
      return await exchange(target, wiring, options);
    } catch (error) {
      throw asOutbound(error, target.hostname);
    }
  };
}

/** The rules of this installation. */
export function outboundPolicy(): OutboundPolicy {
  const { hostname, port } = new URL(databaseUrl());
  return {
    loopback: env.HOLDFAST_DEMO === "1" || env.NODE_ENV === "test",
    exceptions: env.HOLDFAST_OUTBOUND_ALLOW,
    database: { host: bareHost(hostname), port: Number(port || 5_432) },
  };
}

const resolveAll: Resolver = (host) => lookup(host, { all: true });

/**
 * The one way out for Holdfast's own calls (webhooks, discovery of identity providers): https, no redirects, no private
 * addresses but those an administrator opened, bounded in time and size.
 */
export const callOut = (url: string, options: OutboundOptions = {}): Promise<OutboundAnswer> =>
  outboundClient({ policy: outboundPolicy(), resolve: resolveAll })(url, options);
