import "server-only";
import { z } from "zod";

const label = z.string().trim().min(1).max(300);
const port = z.number().int().min(1).max(65_535);

const anchorTarget = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("file"), path: label.startsWith("/", "give the full path") }),
  z.strictObject({
    kind: z.literal("syslog"),
    host: label,
    port: port.default(6_514),
    /** Off only where the way there is safe by itself. */
    tls: z.boolean().default(true),
    /** A file with the certificates that are believed instead of the public ones. */
    caFile: label.optional(),
  }),
  z.strictObject({
    kind: z.literal("s3"),
    bucket: label,
    region: label,
    prefix: z.string().max(300).default("holdfast/"),
    /** How long nobody can remove it, its owner included. */
    retainDays: z.number().int().min(1).max(36_500).default(400),
    endpoint: z.url().optional(),
    /** Credentials that may put and nothing else; without them the SDK's own chain. */
    accessKeyId: label.optional(),
    secretAccessKey: label.optional(),
  }),
  z.strictObject({
    kind: z.literal("webhook"),
    url: z.url({ protocol: /^https?$/ }),
    secret: z.string().regex(/^whsec_[A-Za-z0-9+/=]{32,}$/, "give whsec_ and the base64 of at least 24 bytes"),
  }),
]);

export type AnchorTarget = z.output<typeof anchorTarget>;
export type TargetOf<Kind extends AnchorTarget["kind"]> = Extract<AnchorTarget, { kind: Kind }>;

/** A target as it is shown and written down: where, and nothing secret. */
export function targetName(target: AnchorTarget): string {
  if (target.kind === "file") return target.path;
  if (target.kind === "syslog") return `${target.tls ? "tls" : "tcp"}://${target.host}:${target.port}`;
  if (target.kind === "s3") return `s3://${target.bucket}/${target.prefix}`;
  const { origin, pathname } = new URL(target.url);
  return `${origin}${pathname}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('HOLDFAST_AUDIT_ANCHORS is not JSON. It is a list such as [{"kind":"file","path":"/mnt/log"}].');
  }
}

/** The places outside that the deployment names. What is wrong with the list ends the start; secrets are not repeated. */
export function anchorTargets(text: string | undefined): AnchorTarget[] {
  if (!text) return [];
  const read = z.array(anchorTarget).max(10).safeParse(parse(text));
  if (!read.success) {
    const [issue] = read.error.issues;
    const [nth, ...field] = issue?.path ?? [];
    const where = typeof nth === "number" ? `entry ${nth + 1}${field.length > 0 ? `, ${field.join(".")}` : ""}: ` : "";
    throw new Error(`HOLDFAST_AUDIT_ANCHORS, ${where}${issue?.message ?? "it cannot be used"}.`);
  }
  const names = read.data.map((target) => `${target.kind} ${targetName(target)}`);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice) throw new Error(`HOLDFAST_AUDIT_ANCHORS names ${twice} twice.`);
  return read.data;
}
