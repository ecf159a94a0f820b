import type { NextRequest } from "next/server";
import NextAuth from "next-auth";
import { authOptions } from "@/lib/auth/options";

const handle = NextAuth(authOptions);

/** The few of next-auth's addresses that we use; its session and sign-out would know nothing of our sessions. */
const served = new Set(["GET csrf", "GET providers", "POST callback/credentials"]);

async function serve(request: NextRequest, context: RouteContext<"/api/auth/[...nextauth]">): Promise<Response> {
  const { nextauth } = await context.params;
  if (!served.has(`${request.method} ${nextauth.join("/")}`)) return new Response(null, { status: 404 });
  return handle(request, context);
}

export { serve as GET, serve as POST };
