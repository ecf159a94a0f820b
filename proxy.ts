import { type NextRequest, NextResponse } from "next/server";
import { passageOf, sessionCookieName } from "@/lib/auth/gate";

/** Headers, nonce, origin guard, and a quick way to the sign-in page. It authorises nothing. */
export function proxy(request: NextRequest): NextResponse {
  const passage = passageOf({
    method: request.method,
    path: request.nextUrl.pathname,
    headers: request.headers,
    hasCookie: request.cookies.has(sessionCookieName),
  });
  const response = answerTo(passage, request);
  for (const [name, value] of Object.entries(passage.headers)) response.headers.set(name, value);
  return response;
}

function answerTo(passage: ReturnType<typeof passageOf>, request: NextRequest): NextResponse {
  if (passage.kind === "refuse") return new NextResponse("This request comes from another place.", { status: 403 });
  if (passage.kind === "sign-in") return NextResponse.redirect(new URL("/sign-in", request.nextUrl));
  return NextResponse.next({ request: { headers: passage.request } });
}

export const config = { matcher: ["/((?!_next/static|_next/image|icon\\.svg|favicon\\.ico).*)"] };
