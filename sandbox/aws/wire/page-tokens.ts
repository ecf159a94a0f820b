import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { invalidValue } from "@/sandbox/aws/wire/errors";

export type PageKey = { atMs: number; id: string };

/** Opaque page tokens: sealed with a key of this process and bound to account, region, operation and filter. */
export type PageTokens = { seal(binding: string, key: PageKey): string; open(binding: string, token: string): PageKey };

const nonceBytes = 12;
const tagBytes = 16;

/** Page tokens under a fresh key. */
export function createPageTokens(): PageTokens {
  const secret = randomBytes(32);
  return {
    seal: (binding, key) => {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv("aes-256-gcm", secret, nonce);
      cipher.setAAD(digest(binding));
      const sealed = Buffer.concat([cipher.update(JSON.stringify(key), "utf8"), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64url");
    },
    open: (binding, token) => {
      const bytes = Buffer.from(token, "base64url");
      try {
        const decipher = createDecipheriv("aes-256-gcm", secret, bytes.subarray(0, nonceBytes));
        decipher.setAAD(digest(binding));
        decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
        const opened = Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]);
        return JSON.parse(opened.toString("utf8")) as PageKey;
      } catch {
        throw invalidValue("Invalid NextToken.");
      }
    },
  };
}

function digest(binding: string): Buffer {
  return createHash("sha256").update(binding).digest();
}
