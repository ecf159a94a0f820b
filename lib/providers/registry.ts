import "server-only";
import { z } from "zod";
import { canonicalJson } from "@/lib/core/canonical";
import { env } from "@/lib/platform/env";
import { awsProvider } from "./aws/provider";
import { type ConnectionSettings, type Provider, ProviderError, type ProviderKind } from "./contract";

/** What a connection's row holds for us. */
export type ConnectionRow = { kind: ProviderKind; settings: unknown };

const settingsSchema: z.ZodType<ConnectionSettings> = z.object({
  account: z.string(),
  regions: z.array(z.string()),
  endpoint: z.string().nullable(),
  readRoleRef: z.string(),
  actRoleRef: z.string().nullable(),
  cleanupRoleRef: z.string().nullable(),
  externalId: z.string().nullable(),
  serviceRoleRef: z.string().nullable(),
});

/** A connection's settings as its row holds them; a pretend cloud's address is filled in where one is set for all. */
export function settingsOf({ settings }: Pick<ConnectionRow, "settings">): ConnectionSettings {
  const read = settingsSchema.parse(settings);
  return { ...read, endpoint: read.endpoint ?? env.HOLDFAST_AWS_ENDPOINT ?? null };
}

const kept = new Map<string, Provider>();
const keptAtMost = 100;

/** The provider behind a connection. Equal settings share one, with its sockets and temporary credentials. */
export function providerFor(connection: ConnectionRow): Provider {
  if (connection.kind !== "aws")
    throw new ProviderError(
      "invalid",
      `Connections of the kind ${connection.kind} cannot be read yet.`,
      "UnsupportedProvider",
      true,
    );
  const settings = settingsOf(connection);
  const key = canonicalJson(settings);
  const known = kept.get(key);
  if (known) return known;
  if (kept.size >= keptAtMost) kept.clear();
  const made = awsProvider(settings);
  kept.set(key, made);
  return made;
}
