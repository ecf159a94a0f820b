import { randomUUID } from "node:crypto";
import { createLocalJWKSet, exportJWK, generateKeyPair, type KeyLike, SignJWT } from "jose";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { db } from "@/lib/platform/db";
import { person } from "@/lib/platform/testing/people";
import { endByLogoutToken } from "./backchannel";
import type { Origin } from "./request";
import { findLiveSession, openSession } from "./sessions";

const issuer = "https://id.example.test";
const settings = { issuer, clientId: "holdfast" };
const origin: Origin = { requestId: "r", address: null, addressPrefix: null, agent: "" };
const event = "http://schemas.openid.net/event/backchannel-logout";

let privateKey: KeyLike;
let stranger: KeyLike;
let keys: ReturnType<typeof createLocalJWKSet>;
beforeAll(async () => {
  const pair = await generateKeyPair("ES256");
  privateKey = pair.privateKey;
  ({ privateKey: stranger } = await generateKeyPair("ES256"));
  keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: "k", alg: "ES256" }] });
});

let userId = "";
let sub = "";
let sid = "";
let secret = "";
let byPassword = "";
beforeEach(async () => {
  userId = (await person("operator")).id;
  [sub, sid] = [randomUUID(), randomUUID()];
  const { id: identityId } = await db.identity.create({ data: { userId, issuer, subject: sub } });
  const open = async (vouched?: { identityId: string; idpSid: string; idpRoles: [] }) => {
    const opened = await db.$transaction((tx) =>
      openSession(tx, {
        userId,
        authEpoch: 0,
        aal: 2,
        amr: [],
        origin,
        now: new Date(),
        ...(vouched ? { vouched } : {}),
      }),
    );
    return opened.secret;
  };
  secret = await open({ identityId, idpSid: sid, idpRoles: [] });
  byPassword = await open();
});

type Making = { claims?: object; key?: KeyLike; iss?: string; aud?: string; age?: number };

function make({ claims = {}, key = privateKey, iss = issuer, aud = "holdfast", age = 0 }: Making = {}) {
  return new SignJWT({ sub, sid, jti: randomUUID(), events: { [event]: {} }, ...claims })
    .setProtectedHeader({ alg: "ES256", kid: "k", typ: "logout+jwt" })
    .setIssuer(iss)
    .setAudience(aud)
    .setIssuedAt(Math.floor(Date.now() / 1_000) - age)
    .sign(key);
}
const say = async (token: string | Promise<string>) => endByLogoutToken(settings, await token, keys, origin);

describe("a logout token", () => {
  it.each([
    ["by subject and session", {}],
    ["by session alone", { sub: undefined }],
    ["by subject alone", { sid: undefined }],
  ])("ends what the identity provider vouched for, %s, and nothing that a password opened", async (_, claims) => {
    expect(await say(make({ claims }))).toBe(true);
    expect(await findLiveSession(secret)).toBeNull();
    expect(await findLiveSession(byPassword)).not.toBeNull();
  });

  it("ends the sessions of nobody else", async () => {
    expect(await say(make({ claims: { sub: "another" } }))).toBe(true);
    expect(await say(make({ claims: { sid: "another" } }))).toBe(true);
    expect(await findLiveSession(secret)).not.toBeNull();
  });

  it("works once", async () => {
    const token = await make({ claims: { sid: "another" } });
    expect([await say(token), await say(token)]).toEqual([true, false]);
  });

  it.each<[string, () => Promise<string> | string]>([
    ["from another issuer", () => make({ iss: "https://evil.example" })],
    ["for another client", () => make({ aud: "another" })],
    ["signed by somebody else", () => make({ key: stranger })],
    ["that is too old", () => make({ age: 600 })],
    ["from the future", () => make({ age: -600 })],
    ["with a nonce, which makes it an ID token", () => make({ claims: { nonce: "n" } })],
    ["without the event", () => make({ claims: { events: {} } })],
    ["without an id of its own", () => make({ claims: { jti: undefined } })],
    ["that names nobody", () => make({ claims: { sub: undefined, sid: undefined } })],
    ["without a signature", async () => `${(await make()).split(".").slice(0, 2).join(".")}.`],
    ["that is nonsense", () => "a.b.c"],
  ])("%s ends nothing", async (_, token) => {
    expect(await say(token())).toBe(false);
    expect(await findLiveSession(secret)).not.toBeNull();
  });

  it("signed with our client's own secret ends nothing", async () => {
    const token = await new SignJWT({ sub, jti: randomUUID(), events: { [event]: {} } })
      .setProtectedHeader({ alg: "HS256" })
      .setIssuer(issuer)
      .setAudience("holdfast")
      .setIssuedAt()
      .sign(new TextEncoder().encode("a-secret-that-everybody-here-knows"));
    expect(await say(token)).toBe(false);
  });
});
