import { type NextRequest, NextResponse } from "next/server";
import { type BodyTrouble, contentTrouble, declaredTrouble } from "@/lib/access/body";
import { displayCookieName, type Passage, passageOf, sessionCookieName } from "@/lib/auth/gate";

/** Headers, nonce, origin guard, bodies nobody could read, and a quick way to the sign-in page. It authorises nothing. */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const passage = passageOf({
    method: request.method,
    path: request.nextUrl.pathname,
    headers: request.headers,
    hasCookie: request.cookies.has(sessionCookieName),
    hasWallCookie: request.cookies.has(displayCookieName),
  });
  const response = answerTo(passage, request, await troubleIn(passage, request));
  for (const [name, value] of Object.entries(passage.headers)) response.headers.set(name, value);
  return response;
}

async function troubleIn(passage: Passage, request: NextRequest): Promise<BodyTrouble | null> {
  if (passage.kind !== "pass" || !passage.readsBody) return null;
  return declaredTrouble(request.nextUrl.pathname, request.headers) ?? (await contentTrouble(request.clone()));
}

function answerTo(passage: Passage, request: NextRequest, trouble: BodyTrouble | null): NextResponse {
  if (passage.kind === "refuse") return new NextResponse("This request comes from another place.", { status: 403 });
  if (passage.kind === "sign-in") return NextResponse.redirect(new URL("/sign-in", request.nextUrl));
  if (trouble) return new NextResponse(`${trouble.message}\n`, { status: trouble.status });
  return NextResponse.next({ request: { headers: passage.request } });
}

export const config = { matcher: ["/((?!_next/static|_next/image|icon\\.svg|favicon\\.ico).*)"] };
