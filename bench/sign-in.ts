import { randomUUID } from "node:crypto";
import fs from "node:fs";
import { becomeWorker, benchHome } from "@/bench/env";
import { startEmbedded } from "@/lib/platform/embedded-postgres";
import { migrate } from "@/lib/platform/migrate";
import { loadSecrets } from "@/lib/platform/secrets";

const warmUps = 3;
const rounds = 40;

fs.mkdirSync(benchHome, { mode: 0o755 });
const server = await startEmbedded({ dataDir: `${benchHome}/postgres`, durable: true });
const urls = await migrate({ ownerUrl: server.url, passwords: loadSecrets(benchHome).roles, dispatch: "web" });
becomeWorker(urls, { accessKeyId: "none", secretAccessKey: "none" });

const { verifyAuthenticationResponse } = await import("@simplewebauthn/server");
const { beginProof, finishProof } = await import("@/lib/access/proof");
const { beginSecondStep, finishSecondStep } = await import("@/lib/auth/second-step");
const { fitsPassword } = await import("@/lib/auth/passwords");
const { relyingParty } = await import("@/lib/auth/relying-party");
const { writePerson } = await import("@/lib/auth/seeding");
const { findLiveSession } = await import("@/lib/auth/sessions");
const { signInWithPassword } = await import("@/lib/auth/sign-in");
const { SoftwarePasskey } = await import("@/lib/auth/testing/passkey");
const { sha256 } = await import("@/lib/platform/crypto");
const { db, closeDatabase } = await import("@/lib/platform/db");

const password = "lantern over the harbour";
const email = `${randomUUID()}@bench.example`;
const origin = { requestId: "bench", address: null, addressPrefix: null, agent: "bench" };

/** The same person signs in again and again; between rounds what they were given stays as it is. */
const userId = await writePerson({
  email,
  displayName: "Bench",
  password,
  totpSecret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
  roles: ["operator"],
  usableSince: new Date(Date.now() - 86_400_000),
});
const passkey = new SoftwarePasskey();
await passkey.registerFor(userId);
const { passwordHash } = await db.user.findUniqueOrThrow({ where: { id: userId } });

async function actorOf(secret: string | null) {
  const session = secret === null ? null : await findLiveSession(secret);
  if (!session) throw new Error("No session was opened.");
  const { due: _, ...actor } = session;
  return { ...actor, requestId: "bench", addressPrefix: null };
}

type Asked = { ok: true; value: { challengeId: string; passkey: { challenge: string } | null } } | { ok: false };

const answer = (asked: Asked) => {
  if (!asked.ok) throw new Error("Nothing was asked.");
  const { challengeId, passkey: options } = asked.value;
  return { challengeId, assertion: passkey.sign({ challenge: options?.challenge ?? "" }) };
};

async function signIn(): Promise<void> {
  const half = await actorOf(await signInWithPassword({ email, password }, origin));
  const done = await finishSecondStep(half, origin, answer(await beginSecondStep(half)));
  if (!done.ok) throw new Error(done.message);
}

const operation = () => ({
  op: "restore.vote",
  subjectType: "approval",
  subjectId: randomUUID(),
  revision: 1,
  paramsHash: sha256("plan"),
});

/** Everything that one touch of a passkey costs here: the question, the signature's check, and the grant. */
async function makeStepUp() {
  const half = await actorOf(await signInWithPassword({ email, password }, origin));
  const done = await finishSecondStep(half, origin, answer(await beginSecondStep(half)));
  if (!done.ok) throw new Error(done.message);
  const actor = await actorOf(done.value);
  return async () => {
    const proof = await finishProof(actor, answer(await beginProof(actor, operation())));
    if (!proof.ok) throw new Error(proof.message);
  };
}

/** The bare check of one signature, and one row that is written where a crash does not lose it. */
async function stepUpFloor(): Promise<void> {
  const challenge = Buffer.from(randomUUID()).toString("base64url");
  const signed = passkey.sign({ challenge });
  const { verified } = await verifyAuthenticationResponse({
    response: { ...signed, clientExtensionResults: {} },
    expectedChallenge: challenge,
    expectedOrigin: relyingParty.origin,
    expectedRPID: relyingParty.id,
    credential: { id: signed.id, publicKey: passkey.cosePublicKey, counter: 0 },
  });
  if (!verified) throw new Error("The signature was not right.");
  await db.$executeRaw`
    insert into auth_challenges (user_id, kind, challenge, expires_at)
    values (${userId}::uuid, 'step_up', ${new Uint8Array(32)}, now())`;
}

async function signInFloor(): Promise<void> {
  if (!(await fitsPassword(password, passwordHash))) throw new Error("The password was not right.");
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const shown = (ms: number) => `${ms.toFixed(1)} ms`.padStart(10);

/** Floor and work turn about, so that a busy moment of the machine meets both. */
async function compare(name: string, floor: () => Promise<void>, work: () => Promise<void>): Promise<void> {
  const tookMs = { floor: [] as number[], work: [] as number[] };
  for (let round = -warmUps; round < rounds; round += 1)
    for (const [kind, run] of [["floor", floor] as const, ["work", work] as const]) {
      const began = performance.now();
      await run();
      if (round >= 0) tookMs[kind].push(performance.now() - began);
    }
  const [floorMs, workMs] = [median(tookMs.floor), median(tookMs.work)];
  process.stdout.write(
    `${name.padEnd(34)}${shown(workMs)}   floor ${shown(floorMs)}   ${(workMs / floorMs).toFixed(2)} × the floor\n`,
  );
}

try {
  process.stdout.write(`median of ${rounds} rounds, floor and work by turns\n`);
  await compare("sign-in, password and passkey", signInFloor, signIn);
  await compare("step-up, question to grant", stepUpFloor, await makeStepUp());
} finally {
  await closeDatabase();
  await server.stop();
  fs.rmSync(benchHome, { recursive: true, force: true });
}
