import "server-only";
import { BackupClient } from "@aws-sdk/client-backup";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EC2Client } from "@aws-sdk/client-ec2";
import { EFSClient } from "@aws-sdk/client-efs";
import { RDSClient } from "@aws-sdk/client-rds";
import { ResourceGroupsTaggingAPIClient } from "@aws-sdk/client-resource-groups-tagging-api";
import { S3Client } from "@aws-sdk/client-s3";
import { STSClient } from "@aws-sdk/client-sts";
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import { minutes, seconds } from "@/lib/core/time";
import { env } from "@/lib/platform/env";
import { endpointTrouble, judgedAgents } from "@/lib/platform/http-out";
import { type ConnectionSettings, ProviderError } from "@/lib/providers/contract";
import { toProviderError } from "./errors";

/** How patient a session is; tests are less so. */
export type Patience = { connectMs: number; answerMs: number; maxAttempts: number };

export const usualPatience: Patience = { connectMs: seconds(3), answerMs: seconds(15), maxAttempts: 3 };

export type AwsClients = {
  backup: BackupClient;
  dynamodb: DynamoDBClient;
  ec2: EC2Client;
  efs: EFSClient;
  rds: RDSClient;
  s3: S3Client;
  sts: STSClient;
  tagging: ResourceGroupsTaggingAPIClient;
};

/** Clients that act as one assumed role, made when first asked for and kept for their sockets. */
export type AwsSession = { in(region: string): AwsClients };

type Identity = { accessKeyId: string; secretAccessKey: string; sessionToken?: string; expiration?: Date };

const renewMs = minutes(5);

/** Opens a session as a role of the connection; every region and service shares its temporary credentials. */
export function openSession(settings: ConnectionSettings, roleRef: string, patience: Patience): AwsSession {
  const endpoint = settings.endpoint ?? undefined;
  const trouble = endpoint === undefined ? null : endpointTrouble(endpoint);
  const requestHandler = {
    ...(endpoint === undefined || endpoint === env.HOLDFAST_AWS_ENDPOINT ? {} : judgedAgents(endpoint)),
    connectionTimeout: patience.connectMs,
    requestTimeout: patience.answerMs,
    socketTimeout: patience.answerMs,
    throwOnRequestTimeout: true,
  };
  const common = {
    ...(endpoint ? { endpoint } : {}),
    requestHandler,
    maxAttempts: patience.maxAttempts,
    retryMode: "adaptive",
  };
  const assume = fromTemporaryCredentials({
    params: {
      RoleArn: roleRef,
      RoleSessionName: "holdfast",
      DurationSeconds: 3_600,
      ...(settings.externalId ? { ExternalId: settings.externalId } : {}),
    },
    clientConfig: { ...common, region: settings.regions[0] ?? "us-east-1" },
  });
  const credentials = keepFresh(async () => {
    if (trouble) throw new ProviderError("invalid", `${endpoint} is not called. ${trouble}`, "EndpointRefused", true);
    return assume().catch((error: unknown) => Promise.reject(whyNot(error, settings, roleRef)));
  });
  const kept = new Map<string, AwsClients>();
  return {
    in(region) {
      const known = kept.get(region);
      if (known) return known;
      const made = makeClients({ ...common, region, credentials }, endpoint !== undefined);
      kept.set(region, made);
      return made;
    },
  };
}

type ClientConfig = ConstructorParameters<typeof BackupClient>[0] & object;
type SharedConfig = Pick<ClientConfig, "requestHandler" | "maxAttempts" | "retryMode"> & {
  region: string;
  endpoint?: string;
  credentials: () => Promise<Identity>;
};

const makeClients = (config: SharedConfig, pathStyle: boolean): AwsClients => ({
  backup: new BackupClient(config),
  dynamodb: new DynamoDBClient(config),
  ec2: new EC2Client(config),
  efs: new EFSClient(config),
  rds: new RDSClient(config),
  s3: new S3Client({ ...config, forcePathStyle: pathStyle }),
  sts: new STSClient(config),
  tagging: new ResourceGroupsTaggingAPIClient(config),
});

/** One AssumeRole for all clients at once, renewed before it runs out; a failure is not remembered. */
function keepFresh(assume: () => Promise<Identity>): () => Promise<Identity> {
  let current: Promise<Identity> | undefined;
  let renewAtMs = 0;
  return () => {
    if (current && Date.now() < renewAtMs) return current;
    const asked = assume();
    current = asked;
    renewAtMs = Number.POSITIVE_INFINITY;
    asked.then(
      ({ expiration }) => {
        renewAtMs = (expiration?.getTime() ?? Date.now() + minutes(60)) - renewMs;
      },
      () => {
        if (current === asked) current = undefined;
      },
    );
    return asked;
  };
}

/** AWS answers the same AccessDenied to an unknown role, a trust policy without us and a wrong external id: we name all it may be. */
function whyNot(error: unknown, { externalId }: ConnectionSettings, roleRef: string): ProviderError {
  const told = toProviderError(error);
  const because = (text: string) =>
    new ProviderError("role_not_assumable", `${roleRef} cannot be assumed. ${text}`, told.providerCode, true);
  if (["timed_out", "unreachable", "throttled", "broken"].includes(told.kind))
    return new ProviderError(told.kind, `While assuming ${roleRef}: ${told.message}`, told.providerCode, false);
  if (told.providerCode === "CredentialsProviderError")
    return because("This process has no AWS credentials of its own to start from.");
  if (told.kind === "region_disabled") return because("The credentials that Holdfast itself runs with are not valid.");
  if (told.kind === "not_found") return because("There is no such role.");
  if (told.kind === "invalid") return because(`AWS does not accept the request: ${told.message}`);
  if (/external ?id/i.test(told.message))
    return because("Its trust policy asks for another external id than this connection sends.");
  const asked = externalId
    ? `that its trust policy asks for the external id ${externalId}`
    : "that its trust policy asks for no external id";
  return because(
    `Check that the role exists, that its trust policy names the account or role Holdfast runs as, and ${asked}. AWS says: ${told.message}`,
  );
}
