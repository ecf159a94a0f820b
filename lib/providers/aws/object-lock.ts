import "server-only";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";

export type LockedPlace = {
  bucket: string;
  region: string;
  prefix: string;
  retainDays: number;
  endpoint?: string | undefined;
  accessKeyId?: string | undefined;
  secretAccessKey?: string | undefined;
};

const dayMs = 86_400_000;
const patienceMs = 10_000;

const clientFor = ({ region, endpoint, accessKeyId, secretAccessKey }: LockedPlace) =>
  new S3Client({
    region,
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: patienceMs },
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
    ...(accessKeyId && secretAccessKey ? { credentials: { accessKeyId, secretAccessKey } } : {}),
  });

/** Puts a text where nobody can change or remove it before its time, its owner included (Object Lock, COMPLIANCE). */
export async function putLocked(
  place: LockedPlace,
  name: string,
  text: string,
  now: Date,
): Promise<Record<string, unknown>> {
  const client = clientFor(place);
  const key = `${place.prefix}${name}`;
  const retainUntil = new Date(now.getTime() + place.retainDays * dayMs);
  try {
    const stored = await client.send(
      new PutObjectCommand({
        Bucket: place.bucket,
        Key: key,
        Body: text,
        ContentType: "text/plain; charset=utf-8",
        ChecksumAlgorithm: "SHA256",
        ObjectLockMode: "COMPLIANCE",
        ObjectLockRetainUntilDate: retainUntil,
      }),
      { abortSignal: AbortSignal.timeout(patienceMs) },
    );
    return {
      key,
      versionId: stored.VersionId ?? null,
      etag: stored.ETag ?? null,
      retainUntil: retainUntil.toISOString(),
    };
  } finally {
    client.destroy();
  }
}
