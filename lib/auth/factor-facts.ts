import "server-only";

type FactorRow = {
  id: string;
  kind: "passkey" | "totp";
  publicKey: Uint8Array | null;
  credentialId: Uint8Array | null;
  deviceType: string | null;
  backedUp: boolean | null;
};

/** A factor as the audit log names it: with its public key, so that what it signs can be checked without us. */
export type FactorFacts =
  | { id: string; kind: "totp" }
  | {
      id: string;
      kind: "passkey";
      publicKey: string;
      credentialId: string;
      deviceType: string | null;
      backedUp: boolean | null;
    };

const base64url = (data: Uint8Array | null) => Buffer.from(data ?? []).toString("base64url");

/** What every event that adds, removes or resets a factor says of it. */
export function factsOf({ id, kind, publicKey, credentialId, deviceType, backedUp }: FactorRow): FactorFacts {
  return kind === "totp"
    ? { id, kind }
    : { id, kind, publicKey: base64url(publicKey), credentialId: base64url(credentialId), deviceType, backedUp };
}
