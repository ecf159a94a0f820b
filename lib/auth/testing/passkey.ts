import { createHash, createSign, generateKeyPairSync, randomBytes } from "node:crypto";
import { isoCBOR } from "@simplewebauthn/server/helpers";
import { bytes } from "@/lib/platform/crypto";
import { db } from "@/lib/platform/db";
import { relyingParty } from "../relying-party";

const sha256 = (data: string | Uint8Array) => createHash("sha256").update(data).digest();
const flagPresent = 0x01;
const flagVerified = 0x04;
const flagCredential = 0x40;

type Signing = { challenge: string; counter?: number; verified?: boolean; origin?: string };

/** An authenticator in software, for tests: it makes a passkey and signs as a real one does. */
export class SoftwarePasskey {
  readonly credentialId = randomBytes(32);
  readonly #keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  #counter = 0;

  get cosePublicKey(): Uint8Array<ArrayBuffer> {
    const { x = "", y = "" } = this.#keys.publicKey.export({ format: "jwk" });
    const point = (text: string) => new Uint8Array(Buffer.from(text, "base64url"));
    return isoCBOR.encode(
      new Map<number, number | Uint8Array>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, point(x)],
        [-3, point(y)],
      ]),
    );
  }

  #authenticatorData(flags: number, counter: number, rest: Uint8Array = new Uint8Array()): Buffer {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    return Buffer.concat([sha256(relyingParty.id), Buffer.of(flags), count, rest]);
  }

  #clientData(type: string, challenge: string, origin: string): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  }

  /** Answers a challenge. A fixed counter plays a copy that was made earlier. */
  sign({ challenge, counter, verified = true, origin = relyingParty.origin }: Signing) {
    this.#counter += 1;
    const authenticatorData = this.#authenticatorData(
      flagPresent | (verified ? flagVerified : 0),
      counter ?? this.#counter,
    );
    const clientData = this.#clientData("webauthn.get", challenge, origin);
    const signature = createSign("sha256")
      .update(authenticatorData)
      .update(sha256(clientData))
      .sign(this.#keys.privateKey);
    const id = this.credentialId.toString("base64url");
    return {
      id,
      rawId: id,
      type: "public-key" as const,
      response: {
        authenticatorData: authenticatorData.toString("base64url"),
        clientDataJSON: clientData.toString("base64url"),
        signature: signature.toString("base64url"),
      },
    };
  }

  /** Says what it is when it is made. */
  attest(challenge: string, verified = true) {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(this.credentialId.length);
    const credential = Buffer.concat([Buffer.alloc(16), length, this.credentialId, this.cosePublicKey]);
    const flags = flagPresent | flagCredential | (verified ? flagVerified : 0);
    const authData = new Uint8Array(this.#authenticatorData(flags, 0, credential));
    const attestation = new Map<string, unknown>([
      ["fmt", "none"],
      ["attStmt", new Map()],
      ["authData", authData],
    ]);
    const id = this.credentialId.toString("base64url");
    return {
      id,
      rawId: id,
      type: "public-key" as const,
      response: {
        clientDataJSON: this.#clientData("webauthn.create", challenge, relyingParty.origin).toString("base64url"),
        // biome-ignore lint/suspicious/noExplicitAny: the encoder's own type leaves nested maps out
        attestationObject: Buffer.from(isoCBOR.encode(attestation as any)).toString("base64url"),
      },
    };
  }

  /** Registers it for a person, as if they had enrolled it long ago. */
  async registerFor(userId: string, name = "Hardware key"): Promise<string> {
    const { id } = await db.factor.create({
      data: {
        userId,
        kind: "passkey",
        name,
        credentialId: bytes(this.credentialId),
        publicKey: bytes(this.cosePublicKey),
        transports: ["usb"],
        deviceType: "singleDevice",
        backedUp: false,
        confirmedAt: new Date(),
        usableFrom: new Date(Date.now() - 90_000_000),
      },
    });
    return id;
  }
}
