import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { sha256 } from "@/lib/platform/crypto";
import { redact } from "@/lib/platform/log-lines";
import { makeWallToken, readWallToken, wallCookieOptions } from "./wall-token";

const id = randomUUID();

it("says whose it is, and keeps nothing but the hash of its secret", () => {
  const { token, hash } = makeWallToken(id);
  expect(token).toMatch(/^holdfast_wall_[0-9a-f-]{36}_[\w-]{43}_[\w-]{6}$/);
  expect(readWallToken(token)).toEqual({ displayId: id, hash });
  expect(hash).toEqual(sha256(token.slice(51, 94)));
});

it.each([
  ["nothing", () => ""],
  ["another kind of token", (token: string) => token.replace("_wall_", "_ci_")],
  ["a letter changed", (token: string) => `${token.slice(0, 60)}${token[60] === "a" ? "b" : "a"}${token.slice(61)}`],
  ["another display's id", (token: string) => token.replace(id, randomUUID())],
  ["a letter missing", (token: string) => token.slice(0, -1)],
  ["a letter more", (token: string) => `${token}a`],
  ["a line more", (token: string) => `${token}\n`],
])("is not believed with %s", (_, spoil) => expect(readWallToken(spoil(makeWallToken(id).token))).toBeNull());

it("betrays itself to the log by its form, wherever its secret's dashes stand", () => {
  for (let nth = 0; nth < 50; nth += 1) {
    const { token } = makeWallToken(id);
    expect(redact(`a wall sent ${token}, and went on`)).toBe("a wall sent [removed], and went on");
  }
});

it("is kept where no script and no other site's page reaches it", () =>
  expect(wallCookieOptions).toMatchObject({ httpOnly: true, sameSite: "strict", path: "/" }));
