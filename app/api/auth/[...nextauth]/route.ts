import { type NextRequest, NextResponse } from "next/server";
import NextAuth from "next-auth";
import { authOptions } from "@/lib/auth/options";
import { signInFailed } from "@/lib/auth/sso-porch";

const handle = NextAuth(authOptions);

/** The few of next-auth's addresses that we use; its session and sign-out would know nothing of our sessions. */
const served = new Set([
  "GET csrf",
  "GET providers",
  "POST callback/credentials",
  "POST signin/sso",
  "GET callback/sso",
]);

/** Where next-auth sends a browser that something went wrong for; what it says of it stays out of our addresses. */
const failures = new Set(["GET error", "GET signin"]);

async function serve(request: NextRequest, context: RouteContext<"/api/auth/[...nextauth]">): Promise<Response> {
  const { nextauth } = await context.params;
  const asked = `${request.method} ${nextauth.join("/")}`;
  if (failures.has(asked)) return NextResponse.redirect(signInFailed);
  if (!served.has(asked)) return new Response(null, { status: 404 });
  return handle(request, context);
}

export { serve as GET, serve as POST };
