import "@fontsource-variable/inter/index.css";
import "./globals.css";
import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import { connection } from "next/server";
import type { ReactNode } from "react";
import { densityCookie, themeCookie, toDensity, toTheme } from "@/components/shell/appearance";
import { StyleNonce } from "@/components/ui/style-nonce";
import { Toaster } from "@/components/ui/toaster";

export const metadata: Metadata = {
  title: { template: "%s · Holdfast", default: "Holdfast" },
  description: "Can we recover? The control plane for backup and disaster recovery.",
  icons: { icon: "/icon.svg" },
  robots: { index: false, follow: false },
};

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#ffffff" },
    { media: "(prefers-color-scheme: dark)", color: "#171a1f" },
  ],
};

/** The document around every page; the theme comes from a cookie, so that nothing flashes and no script is needed. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  // A nonce is good for one answer, so nothing may be rendered ahead of a request.
  await connection();
  const jar = await cookies();
  return (
    <html
      lang="en"
      className={toTheme(jar.get(themeCookie)?.value)}
      data-density={toDensity(jar.get(densityCookie)?.value)}
      suppressHydrationWarning
    >
      <body>
        <StyleNonce />
        {children}
        <Toaster />
      </body>
    </html>
  );
}
