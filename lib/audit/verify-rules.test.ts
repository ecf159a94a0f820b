import fs from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import {
  bodyOf,
  scratch,
  sealedLogOf,
  softPasskey,
  type Told,
  voteEvidence,
  writeBundle,
} from "@/lib/platform/testing/audit-log";
import { challengeOf, verifyAssertion, verifyBundle } from "./verify.mjs";

const place = scratch();
afterAll(() => fs.rmSync(place, { recursive: true, force: true }));

const approvalId = "22222222-2222-7222-8222-222222222222";
const hash = "ab".repeat(32);
const keys = {
  ben: softPasskey("ES256"),
  ivana: softPasskey("EdDSA"),
  samir: softPasskey("RS256"),
  lena: softPasskey(),
};
type Voter = keyof typeof keys;

const enrolled: Told[] = Object.entries(keys).map(([person, { factor }]) => ({
  action: "factor.add",
  actor: person,
  target: ["user", person],
  detail: { factor },
}));

const submit = (more: Record<string, unknown> = {}, actor = "lena"): Told => ({
  action: "restore.submit",
  actor,
  target: ["restore", "r1"],
  detail: { approvalId, revision: 1, level: 1, needed: [{ group: "approver", count: 2 }], paramsHash: hash, ...more },
});

const vote = (actor: Voter, more: Record<string, unknown> = {}): Told => {
  const detail = { verdict: "approve", group: "approver", revision: 1, paramsHash: hash, ...more };
  const evidence = voteEvidence(keys[actor], { approvalId, ...detail, user: actor });
  return { action: "approval.vote", actor, target: ["approval", approvalId], detail, evidence };
};

const intent = (more: Record<string, unknown> = {}): Told => ({
  action: "restore.dispatch.intent",
  target: ["restore", "r1"],
  detail: { itemId: "i", attempt: 1, token: "t", owner: "w", fence: 1, paramsHash: hash, ...more },
});

const withdraw = (actor: Voter): Told => ({
  action: "approval.withdraw",
  actor,
  target: ["approval", approvalId],
  detail: { revision: 1, paramsHash: hash },
});

const breakGlass = (actor = "lena", atMinutes = 100): Told => ({
  action: "approval.break_glass",
  actor,
  target: ["approval", approvalId],
  detail: { paramsHash: hash, revision: 1, incidentRef: "INC-1" },
  atMinutes,
});

/** Something of the day after the next. */
const later: Told = { action: "system.edit", atMinutes: 3_000 };

const review = (actor = "ben", outcome = "completed"): Told => ({
  action: "approval.review",
  actor,
  target: ["approval", approvalId],
  detail: { outcome },
  atMinutes: 200,
});

const judged = async (told: readonly Told[]) =>
  verifyBundle({ bundle: writeBundle(place, sealedLogOf(told.map((event, nth) => bodyOf(event, nth)))) });

const faultsOf = async (told: readonly Told[]) =>
  (await judged([...enrolled, ...told])).findings.map(({ message }) => message);

/** The evidence of one vote put where another is told. */
const signedAs = (told: Told, evidence: Told["evidence"]): Told => (evidence ? { ...told, evidence } : told);

describe("a restore that was sent", () => {
  it.each<[string, Told[]]>([
    ["two people's passkeys agreed", [submit(), vote("ben"), vote("ivana"), intent()]],
    ["it needs no vote", [submit({ needed: [] }), intent()]],
    ["it was tried again", [submit(), vote("ben"), vote("samir"), intent(), intent({ attempt: 2 })]],
    [
      "one withdrew and a third agreed",
      [submit(), vote("ben"), withdraw("ben"), vote("ivana"), vote("samir"), intent()],
    ],
    [
      "two groups agreed, each enough",
      [
        submit({
          needed: [
            { group: "approver", count: 1 },
            { group: "security_approver", count: 1 },
          ],
        }),
        vote("ben"),
        vote("samir", { group: "security_approver" }),
        intent(),
      ],
    ],
    [
      "a code stands for a passkey",
      [
        submit({ needed: [{ group: "approver", count: 1 }] }),
        signedAs(vote("ben"), { grantId: "g", factorId: "f", kind: "totp", assertion: { kind: "totp", step: 3 } }),
        intent(),
      ],
    ],
    [
      "somebody broke the glass and two others reviewed it",
      [submit(), breakGlass(), intent({ breakGlass: true }), review(), review("ivana"), later],
    ],
    [
      "somebody broke the glass and another found fault with it",
      [submit(), breakGlass(), intent({ breakGlass: true }), review("ben", "flagged"), later],
    ],
    ["a break-glass is younger than a day", [submit(), breakGlass(), intent({ breakGlass: true })]],
    [
      "the only operator agreed with themselves and it says so",
      [submit({ needed: [{ group: "approver", count: 1 }], singleOperator: true }), vote("lena"), intent()],
    ],
    [
      "a refused attempt changes nothing",
      [submit(), { ...vote("lena"), outcome: "denied" }, vote("ben"), vote("ivana"), intent()],
    ],
  ])("holds where %s", async (_, told) => {
    expect(await faultsOf(told)).toEqual([]);
  });

  it.each<[string, string, Told[]]>([
    ["with one vote of two", "without the votes", [submit(), vote("ben"), intent()]],
    [
      "with votes of the wrong group",
      "without the votes",
      [submit(), vote("ben"), vote("ivana", { group: "security_approver" }), intent()],
    ],
    [
      "after a vote was withdrawn",
      "without the votes",
      [submit(), vote("ben"), vote("ivana"), withdraw("ben"), intent()],
    ],
    [
      "with votes on an older wording",
      "without the votes",
      [submit(), vote("ben"), vote("ivana"), submit({ revision: 2 }), intent()],
    ],
    [
      "in another wording",
      "in another wording",
      [submit(), vote("ben"), vote("ivana"), intent({ paramsHash: "cd".repeat(32) })],
    ],
    [
      "after a refusal closed it",
      "without the votes",
      [submit(), vote("ben"), vote("ivana"), vote("samir", { verdict: "reject", state: "rejected" }), intent()],
    ],
    ["that nobody asked for", "nobody had asked for", [submit({}, "lena"), { ...intent(), target: ["restore", "r9"] }]],
    ["by a break-glass that nobody declared", "nobody declared", [submit(), intent({ breakGlass: true })]],
    [
      "and a break-glass that was never reviewed",
      "not reviewed by two people within 24 hours",
      [submit(), breakGlass(), intent({ breakGlass: true }), later],
    ],
    [
      "and a break-glass that one person alone reviewed, twice",
      "not reviewed by two people within 24 hours",
      [submit(), breakGlass(), intent({ breakGlass: true }), review(), review(), later],
    ],
    [
      "and a break-glass reviewed by whoever used it",
      "reviewed their own",
      [submit(), breakGlass("ben"), review("ben")],
    ],
  ])("is found %s", async (_, words, told) => {
    expect((await faultsOf(told)).join(" ")).toContain(words);
  });
});

describe("a vote", () => {
  const other = (actor: Voter, more: Partial<Parameters<typeof voteEvidence>[1]>) =>
    signedAs(
      vote(actor),
      voteEvidence(keys[actor], { approvalId, revision: 1, paramsHash: hash, user: actor, ...more }),
    );
  const tampered = (key: string, value: string): Told => {
    const told = vote("ben");
    const { evidence } = told;
    const assertion = { ...(evidence?.assertion as Record<string, unknown>), [key]: value };
    return signedAs(told, { ...evidence, assertion });
  };

  it.each<[string, string, Told[]]>([
    ["by the requester", "made or edited", [submit(), vote("lena")]],
    ["by an editor", "made or edited", [submit(), submit({ revision: 1 }, "ben"), vote("ben")]],
    ["on behalf of the requester", "made or edited", [submit(), vote("ben", { onBehalfOf: "lena" })]],
    ["by a machine", "not cast by a person", [submit(), { ...vote("ben"), machine: true }]],
    ["by one person twice", "counts twice", [submit(), vote("ben"), vote("ben")]],
    [
      "by a delegate and the one they stand for",
      "counts twice",
      [submit(), vote("ben"), vote("ivana", { onBehalfOf: "ben" })],
    ],
    ["on another revision", "another revision", [submit(), vote("ben", { revision: 2 })]],
    ["on another wording", "another wording", [submit(), vote("ben", { paramsHash: "cd".repeat(32) })]],
    ["on a request that is not there", "not in the log", [submit(), { ...vote("ben"), target: ["approval", "none"] }]],
    ["without any proof", "no proof", [submit(), signedAs(vote("ben"), {})]],
    [
      "with a passkey that nobody enrolled",
      "nobody enrolled",
      [
        submit(),
        signedAs(vote("ben"), voteEvidence(softPasskey(), { approvalId, revision: 1, paramsHash: hash, user: "ben" })),
      ],
    ],
    [
      "with somebody else's passkey",
      "somebody else's",
      [
        submit(),
        signedAs(vote("ben"), voteEvidence(keys.ivana, { approvalId, revision: 1, paramsHash: hash, user: "ben" })),
      ],
    ],
    ...["factor.remove", "factor.reset", "factor.suspect"].map((action): [string, string, Told[]] => [
      `with a passkey after its ${action}`,
      "had been removed",
      [
        { action, actor: "admin", target: ["factor", keys.ben.factor.id], detail: { factor: keys.ben.factor } },
        submit(),
        vote("ben"),
      ],
    ]),
    ["whose proof was for a refusal", "another operation", [submit(), other("ben", { verdict: "reject" })]],
    ["whose proof was for another request", "another operation", [submit(), other("ben", { approvalId: "other" })]],
    [
      "whose proof was for another wording",
      "another operation",
      [submit(), other("ben", { paramsHash: "cd".repeat(32) })],
    ],
    ["whose proof was somebody else's session", "another operation", [submit(), other("ben", { user: "ivana" })]],
    ["whose signature is not the key's", "does not hold", [submit(), tampered("signature", "AAAA")]],
    [
      "whose client data was changed",
      "does not hold",
      [submit(), tampered("clientDataJSON", Buffer.from('{"type":"webauthn.get"}').toString("base64url"))],
    ],
  ])("is found %s", async (_, words, told) => {
    expect((await faultsOf(told)).join(" ")).toContain(words);
  });

  it("names the very event", async () => {
    const report = await judged([...enrolled, submit(), vote("lena")]);
    expect(report.findings[0]).toMatchObject({
      check: "approvals",
      from: enrolled.length + 1,
      to: enrolled.length + 1,
    });
  });
});

describe("what older versions wrote", () => {
  const older: Told[] = [
    { action: "restore.submit", actor: "lena", target: ["restore", "r1"], detail: { level: 1, votesNeeded: 2 } },
    { ...vote("ben"), detail: { verdict: "approve" } },
    { ...intent(), detail: { itemId: "i" } },
  ];

  it("is counted and not condemned", async () => {
    const report = await judged(older);
    expect(report.findings).toEqual([]);
    expect(report.notes.join(" ")).toContain("2 events of an older version");
  });

  it("is no way out once requests say what they need", async () => {
    expect((await faultsOf([submit(), ...older])).join(" ")).toContain("does not say which votes");
  });

  it.each<[string, Told[]]>([
    ["a preference that its voter set", [{ action: "person.set_preferences", actor: "ben", target: ["user", "ben"] }]],
    [
      "an authenticator app",
      [{ action: "factor.confirm", actor: "ben", target: ["user", "ben"], detail: { kind: "totp" } }],
    ],
    [
      "an enrolment without a key after others told theirs",
      [
        { action: "factor.add", actor: "ivana", target: ["user", "ivana"], detail: { factor: keys.ivana.factor } },
        { action: "factor.confirm", actor: "ben", target: ["user", "ben"] },
      ],
    ],
  ])("does not make an unknown passkey good by %s", async (_, before) => {
    const report = await judged([...before, submit(), vote("ben")]);
    expect(report.findings.map(({ message }) => message)).toEqual([
      "A vote is signed by a passkey that nobody enrolled.",
    ]);
  });

  it("includes enrolments without a key, whose votes cannot be verified but count", async () => {
    const report = await judged([
      { action: "person.enroll", actor: "ben", target: ["user", "ben"] },
      submit({ needed: [{ group: "approver", count: 1 }] }),
      vote("ben"),
      intent(),
    ]);
    expect(report.findings).toEqual([]);
    expect(report.notes.join(" ")).toContain("enrolled before");
  });
});

describe("a passkey's assertion", () => {
  const challenge = challengeOf({ op: "x" });
  const asked = { challenge, origin: "http://localhost:3999", rpId: "localhost" };

  it.each(["ES256", "RS256", "EdDSA"] as const)("of kind %s verifies with its own key and no other", (kind) => {
    const key = softPasskey(kind);
    const said = { publicKeyCose: key.publicKeyCose, ...key.assert(challenge) };
    expect(verifyAssertion({ ...said, ...asked })).toEqual({ ok: true, signCount: 7 });
    expect(verifyAssertion({ ...said, ...asked, publicKeyCose: softPasskey(kind).publicKeyCose })).toMatchObject({
      ok: false,
    });
  });

  const key = softPasskey();
  const refused = (more: object, flags = {}) => {
    const answer = verifyAssertion({
      publicKeyCose: key.publicKeyCose,
      ...key.assert(challenge, flags),
      ...asked,
      ...more,
    });
    return answer.ok ? "accepted" : answer.why;
  };

  it.each([
    ["another challenge", { challenge: challengeOf({ op: "y" }) }, {}, "another challenge"],
    ["another origin", { origin: "https://evil.example" }, {}, "another site"],
    ["another relying party", { rpId: "evil.example" }, {}, "another site"],
    ["the answer to an enrolment", {}, { type: "webauthn.create" }, "not the answer"],
    ["nobody present", {}, { flags: 0x04 }, "nobody was present"],
    ["nobody verified", {}, { flags: 0x01 }, "did not verify"],
    ["authenticator data cut short", { authenticatorData: "AAAA" }, {}, "too short"],
    ["a key that is no key", { publicKeyCose: "AAAA" }, {}, "not a COSE key"],
    ["client data that is not JSON", { clientDataJSON: "AAAA" }, {}, "cannot be read"],
  ])("is refused with %s", (_, more, flags, words) => {
    expect(refused(more, flags)).toContain(words);
  });
});
