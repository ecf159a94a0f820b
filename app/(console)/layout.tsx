import { setTimeout as pause } from "node:timers/promises";
import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { signOutAction } from "@/app/(auth)/sign-out/actions";
import { densityCookie, themeCookie, toDensity, toTheme } from "@/components/shell/appearance";
import { Shell } from "@/components/shell/shell";
import { pageIsRead } from "@/lib/access/page-is-read";
import { getShellData } from "./shell-data";

/** Less than it takes a browser to draw the frame. */
const patienceMs = 150;

/**
 * Waits for a page that is quick, so that it goes out with its frame: a browser that has the frame alone is busy with
 * its programs before it looks at what comes next.
 */
const soon = (read: Promise<void>) => Promise.race([read, pause(patienceMs)]);

/** The console's frame; it decides nothing about who may see what, and without somebody signed in there is no frame. */
export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const [jar, data] = await Promise.all([cookies(), getShellData(), soon(pageIsRead().promise)]);
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
