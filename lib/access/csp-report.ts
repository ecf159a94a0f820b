import "server-only";
import { z } from "zod";
import { visible } from "@/lib/core/words";
import { withinLimit } from "@/lib/platform/limit";
import { log } from "@/lib/platform/log";
import { apiMaxBytes } from "./body";

const text = z.string().max(2_000).optional();

/** The two shapes browsers report in: the Reporting API's list, and the older single object. */
const listed = z.array(
  z.object({
    type: z.string().max(100),
    body: z.object({ effectiveDirective: text, blockedURL: text, documentURL: text, sourceFile: text }),
  }),
);
const single = z.object({
  "csp-report": z.object({
    "effective-directive": text,
    "violated-directive": text,
    "blocked-uri": text,
    "document-uri": text,
    "source-file": text,
  }),
});

type Violation = { directive: string; blocked: string; page: string; source: string };

const mostAMinute = 60;
const mostAtOnce = 10;

/** An address without what may be secret in it: user, query and fragment. */
function place(address: string | undefined): string {
  if (!address) return "";
  if (!URL.canParse(address)) return visible(address.slice(0, 40));
  const { protocol, host, pathname } = new URL(address);
  return visible(/^https?:$/.test(protocol) ? `${protocol}//${host}${pathname}` : protocol).slice(0, 300);
}

const word = (said: string | undefined) => visible((said ?? "").slice(0, 100));

function violationsIn(raw: unknown): Violation[] {
  const many = listed.safeParse(raw);
  if (many.success)
    return many.data
      .filter(({ type }) => type === "csp-violation")
      .slice(0, mostAtOnce)
      .map(({ body }) => ({
        directive: word(body.effectiveDirective),
        blocked: place(body.blockedURL),
        page: place(body.documentURL),
        source: place(body.sourceFile),
      }));
  const one = single.safeParse(raw);
  if (!one.success) return [];
  const report = one.data["csp-report"];
  return [
    {
      directive: word(report["effective-directive"] ?? report["violated-directive"]),
      blocked: place(report["blocked-uri"]),
      page: place(report["document-uri"]),
      source: place(report["source-file"]),
    },
  ];
}

const bare = (status: number) => new Response(null, { status, headers: { "cache-control": "no-store" } });

const parsed = (said: string): unknown => {
  try {
    return JSON.parse(said);
  } catch {
    return null;
  }
};

/** Writes down what a page's policy has stopped; anybody may report, so little is believed and not much is kept. */
export async function takeReport(request: Request): Promise<Response> {
  if (!(await withinLimit("csp", mostAMinute, 60))) return bare(429);
  const said = await request.text();
  if (said.length > apiMaxBytes) return bare(413);
  const violations = violationsIn(parsed(said));
  if (violations.length === 0) return bare(400);
  for (const violation of violations) log.warn({ violation }, "a page's policy stopped something");
  return bare(204);
}
