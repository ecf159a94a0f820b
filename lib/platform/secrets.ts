import { generateKeyPairSync, randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

/** The secrets of one installation: made on the first start, kept in `.holdfast/secrets` readable by its owner alone. */
export type Secrets = {
  nextAuth: string;
  action: string;
  web: string;
  worker: string;
  roles: { app: string; worker: string; sealer: string };
};

const text = (bytes: number) => randomBytes(bytes).toString("base64url");
const masterKey = () => `k1:${randomBytes(32).toString("base64")}`;

const make = (): Secrets => ({
  nextAuth: text(48),
  action: randomBytes(32).toString("base64"),
  web: masterKey(),
  worker: masterKey(),
  roles: { app: text(24), worker: text(24), sealer: text(24) },
});

/** Reads the secrets below a home folder, or makes them. */
export function loadSecrets(home: string): Secrets {
  const folder = path.join(home, "secrets");
  const file = path.join(folder, "installation.json");
  if (fs.existsSync(file)) return JSON.parse(fs.readFileSync(file, "utf8"));
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const made = make();
  fs.writeFileSync(file, JSON.stringify(made, null, 2), { mode: 0o600 });
  return made;
}

/** Writes a fresh Ed25519 key, for its owner's eyes alone. */
export function makeAuditKey(file: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const { privateKey } = generateKeyPairSync("ed25519");
  fs.writeFileSync(file, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600, flag: "wx" });
}

/** The file of the key that signs the audit log, made on the first start. Only the sealer is told where it lies. */
export function auditKeyFile(home: string): string {
  const file = path.resolve(home, "secrets", "audit-key.pem");
  if (!fs.existsSync(file)) makeAuditKey(file);
  return file;
}

/** Writes changed secrets in the place of the old, whole or not at all. */
export function replaceSecrets(home: string, secrets: Secrets): void {
  const file = path.join(home, "secrets", "installation.json");
  const beside = `${file}.${process.pid}`;
  fs.writeFileSync(beside, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  fs.renameSync(beside, file);
}
