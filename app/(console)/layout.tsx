import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { signOutAction } from "@/app/(auth)/sign-out/actions";
import { densityCookie, themeCookie, toDensity, toTheme } from "@/components/shell/appearance";
import { Shell } from "@/components/shell/shell";
import { getShellData } from "./shell-data";

/** The console's frame; it decides nothing about who may see what, and without somebody signed in there is no frame. */
export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const [jar, data] = await Promise.all([cookies(), getShellData()]);
  if (!data) return children;
  return (
    <Shell
      {...data}
      now={new Date().toISOString()}
      theme={toTheme(jar.get(themeCookie)?.value)}
      density={toDensity(jar.get(densityCookie)?.value)}
      searchHref="/api/search"
      sessionsHref="/account"
      notificationsHref="/notifications"
      signOutAction={signOutAction}
    >
      {children}
    </Shell>
  );
}
