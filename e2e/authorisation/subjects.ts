import { createHash, randomBytes, randomUUID } from "node:crypto";
import { crc32 } from "node:zlib";
import { encode } from "next-auth/jwt";
import { type Role, roles } from "@/lib/access/permissions";
import type { PrismaClient } from "@/lib/platform/prisma/client";
import type { Stack } from "../stack";
import { displayMay, roleMay } from "./expected";

/**
 * How far somebody has come: not at all, past the password, past an invitation's code, or all the way; or a screen on a
 * wall, paired or no longer so.
 */
export type Standing = "nobody" | "second step" | "enrolment" | "signed in" | "display" | "former display";

export type Subject = { name: string; standing: Standing; may: readonly string[]; cookie: string | null };

type Shape = {
  name: string;
  standing: Standing;
  roles?: readonly Role[];
  aal?: 1 | 2;
  status?: "active" | "invited" | "disabled";
  session?: { revokedAt?: Date; expiresAt?: Date; idleExpiresAt?: Date; authEpoch?: number };
};

const hourMs = 3_600_000;
const past = () => new Date(Date.now() - 60_000);

const shapes = (): Shape[] => [
  ...roles.map((role): Shape => ({ name: role, standing: "signed in", roles: [role] })),
  { name: "no role", standing: "signed in" },
  { name: "pre-MFA administrator", standing: "second step", roles: ["administrator"], aal: 1 },
  { name: "invited administrator", standing: "enrolment", roles: ["administrator"], aal: 1, status: "invited" },
  { name: "disabled administrator", standing: "nobody", roles: ["administrator"], status: "disabled" },
  { name: "revoked session", standing: "nobody", roles: ["administrator"], session: { revokedAt: past() } },
  { name: "expired session", standing: "nobody", roles: ["administrator"], session: { expiresAt: past() } },
  { name: "idle session", standing: "nobody", roles: ["administrator"], session: { idleExpiresAt: past() } },
  { name: "older epoch", standing: "nobody", roles: ["administrator"], session: { authEpoch: -1 } },
];

async function mint(db: PrismaClient, secret: string, shape: Shape): Promise<string> {
  const id = randomUUID();
  await db.user.create({
    data: {
      id,
      email: `${id}@matrix.example`,
      displayName: `Matrix ${shape.name}`,
      status: shape.status ?? "active",
      ...(shape.roles
        ? { roleGrants: { create: shape.roles.map((role) => ({ role, scopeKind: "everything" })) } }
        : {}),
    },
  });
  const sid = randomBytes(32).toString("base64url");
  const later = new Date(Date.now() + hourMs);
  await db.session.create({
    data: {
      tokenHash: createHash("sha256").update(sid).digest(),
      userId: id,
      aal: shape.aal ?? 2,
      amr: ["pwd"],
      authEpoch: 0,
      idleExpiresAt: later,
      expiresAt: later,
      label: "matrix",
      ...shape.session,
    },
  });
  return `holdfast.sid=${await encode({ token: { sid }, secret, maxAge: hourMs / 1_000 })}`;
}

const checksumOf = (text: string) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(text));
  return bytes.toString("base64url");
};

/** A wall display and its cookie, in the format that security.md 6 gives tokens. */
async function mintDisplay(db: PrismaClient, row: { revokedAt?: Date; createdAt?: Date; expiresAt?: Date } = {}) {
  const [id, secret] = [randomUUID(), randomBytes(32).toString("base64url")];
  const tokenHash = createHash("sha256").update(secret).digest();
  const expiresAt = new Date(Date.now() + hourMs);
  await db.wallDisplay.create({
    data: { id, name: "Matrix wall", tokenHash, pairedAt: new Date(), expiresAt, ...row },
  });
  const plain = `holdfast_wall_${id}_${secret}`;
  return { id, cookie: `holdfast.wall=${plain}_${checksumOf(plain)}` };
}

/** A paired display, and each way in which one is no longer. */
async function makeDisplays(db: PrismaClient): Promise<Subject[]> {
  const live = await mintDisplay(db);
  const former = { standing: "former display", may: [] } as const;
  const older = new Date(Date.now() - hourMs);
  return [
    { name: "wall display", standing: "display", may: displayMay, cookie: live.cookie },
    { name: "revoked display", ...former, cookie: (await mintDisplay(db, { revokedAt: past() })).cookie },
    {
      name: "expired display",
      ...former,
      cookie: (await mintDisplay(db, { createdAt: older, expiresAt: past() })).cookie,
    },
    { name: "forged display", ...former, cookie: `holdfast.wall=holdfast_wall_${live.id}_${"A".repeat(43)}_AAAAAA` },
  ];
}

/** One of each kind of person and session, made in the database; and somebody without any, and with a forged cookie. */
export async function makeSubjects(db: PrismaClient, { env }: Stack): Promise<Subject[]> {
  const secret = env.NEXTAUTH_SECRET ?? "";
  const made: Subject[] = [
    { name: "anonymous", standing: "nobody", may: [], cookie: null },
    {
      name: "forged cookie",
      standing: "nobody",
      may: [],
      cookie: `holdfast.sid=${await encode({ token: { sid: "A".repeat(43) }, secret: "not the secret of this installation" })}`,
    },
  ];
  for (const shape of shapes()) {
    const may = shape.standing === "signed in" ? (shape.roles ?? []).flatMap((role) => roleMay[role] ?? []) : [];
    made.push({ name: shape.name, standing: shape.standing, may, cookie: await mint(db, secret, shape) });
  }
  return [...made, ...(await makeDisplays(db))];
}
