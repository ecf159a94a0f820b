import { CloudError } from "@/sandbox/aws/wire/errors";

export type CredentialScope = { accessKeyId: string; region: string; service: string };

const pattern = /^AWS4-HMAC-SHA256\s+Credential=([^/,\s]+)\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request/;

/** Who signed, for which region and which service. The signature itself is not computed: this cloud has no secrets. */
export function readCredentialScope(authorization: string | undefined): CredentialScope {
  if (!authorization) throw new CloudError("MissingAuthenticationTokenException", "Missing Authentication Token");
  const match = pattern.exec(authorization);
  const [, accessKeyId, , region, service] = match ?? [];
  if (!accessKeyId || !region || !service)
    throw new CloudError("IncompleteSignature", "The Authorization header is not a complete AWS Signature Version 4.");
  return { accessKeyId, region, service };
}
