import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

const der = (tag: number, ...parts: Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  const length =
    content.length < 128
      ? Buffer.of(content.length)
      : content.length < 256
        ? Buffer.of(0x81, content.length)
        : Buffer.of(0x82, content.length >> 8, content.length & 255);
  return Buffer.concat([Buffer.of(tag), length, content]);
};

const sequence = (...parts: Buffer[]) => der(0x30, ...parts);
const oid = (hex: string) => der(0x06, Buffer.from(hex, "hex"));
const time = (at: Date) => der(0x18, Buffer.from(`${at.toISOString().replaceAll(/[-:T]|\.\d+/g, "")}`));

const commonName = oid("550403");
const ecdsaWithSha256 = sequence(oid("2a8648ce3d040302"));
const basicConstraints = oid("551d13");
const alternativeNames = oid("551d11");

const pem = (bytes: Buffer) =>
  `-----BEGIN CERTIFICATE-----\n${bytes.toString("base64").replaceAll(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`;

/** A certificate for a host by its own key, for the length of a test. */
export function selfSigned(host: string): { key: string; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = sequence(der(0x31, sequence(commonName, der(0x0c, Buffer.from(host)))));
  const authority = sequence(basicConstraints, der(0x04, sequence(der(0x01, Buffer.of(0xff)))));
  const names = sequence(alternativeNames, der(0x04, sequence(der(0x82, Buffer.from(host)))));
  const body = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)])),
    ecdsaWithSha256,
    name,
    sequence(time(new Date(Date.now() - 3_600_000)), time(new Date(Date.now() + 3_600_000))),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(authority, names)),
  );
  const cert = pem(sequence(body, ecdsaWithSha256, der(0x03, Buffer.of(0), signed(body, privateKey))));
  return { key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(), cert };
}

const signed = (body: Buffer, key: KeyObject) => sign("sha256", body, key);
