import "server-only";
import { withinLimit } from "@/lib/platform/limit";
import { log } from "@/lib/platform/log";
import { endByLogoutToken, providerKeys } from "./backchannel";
import { originOf } from "./request";
import { ssoSettings } from "./sso-settings";

const largestChars = 20_000;
const perMinute = 120;

const answer = (status: number) =>
  status === 200 || status === 404
    ? new Response(null, { status, headers: { "cache-control": "no-store" } })
    : Response.json({ error: "invalid_request" }, { status, headers: { "cache-control": "no-store" } });

/** The porch of the identity provider's own word that somebody signed out there; it takes no cookie and tells nothing. */
export async function takeLogoutToken(request: Request): Promise<Response> {
  if (!ssoSettings) return answer(404);
  const origin = originOf(request.headers);
  if (!(await withinLimit(`logout:ip:${origin.address ?? "direct"}`, perMinute, 60))) return answer(429);
  if (Number(request.headers.get("content-length") ?? largestChars + 1) > largestChars) return answer(413);
  const token = new URLSearchParams(await request.text()).get("logout_token");
  if (!token || token.length > largestChars) return answer(400);
  try {
    const keys = await providerKeys(ssoSettings);
    return answer((await endByLogoutToken(ssoSettings, token, keys, origin)) ? 200 : 400);
  } catch (error) {
    log.error({ error }, "the identity provider's keys could not be read");
    return answer(400);
  }
}
