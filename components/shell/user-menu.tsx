"use client";
import { LogOut, MonitorSmartphone } from "lucide-react";
import { useState, useTransition } from "react";
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuLink, MenuSeparator } from "@/components/ui/dropdown-menu";
import { NameText } from "@/components/ui/name-text";
import { type Density, densityCookie, type Theme, themeCookie, themes, toDensity, toTheme } from "./appearance";
import type { ShellUser } from "./navigation";

const yearSeconds = 31_536_000;

function keep(cookie: string, value: string) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: the other way to set one needs a secure context, which a first trial has not
  document.cookie = `${cookie}=${value}; Path=/; Max-Age=${yearSeconds}; SameSite=Lax${secure}`;
}

/** Up to two letters that stand for a person. */
function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map(
    (word) => Array.from(word ?? "")[0] ?? "",
  );
  return letters.join("").toUpperCase();
}

type Props = {
  user: ShellUser;
  theme: Theme;
  density: Density;
  sessionsHref?: string | undefined;
  signOutAction?: (() => Promise<void>) | undefined;
};

/** Whose session this is, how things look to them, and the way out. */
export function UserMenu({ user, theme, density, sessionsHref, signOutAction }: Props) {
  const [shownTheme, setShownTheme] = useState(theme);
  const [shownDensity, setShownDensity] = useState(density);
  const [leaving, startLeaving] = useTransition();

  const chooseTheme = (value: string) => {
    const next = toTheme(value);
    setShownTheme(next);
    document.documentElement.classList.remove(...themes);
    document.documentElement.classList.add(next);
    keep(themeCookie, next);
  };
  const chooseDensity = (value: string) => {
    const next = toDensity(value);
    setShownDensity(next);
    document.documentElement.dataset.density = next;
    keep(densityCookie, next);
  };

  return (
    <Menu
      label="Account and appearance"
      trigger={
        <button
          type="button"
          aria-label={`Account and appearance, ${user.name}`}
          aria-busy={leaving || undefined}
          className="grid size-7 flex-none place-items-center rounded-full bg-accent-wash text-xs font-semibold text-accent hover:ring-1 hover:ring-line-strong max-md:size-9"
        >
          {initialsOf(user.name)}
        </button>
      }
    >
      <MenuLabel>
        <NameText text={user.name} length={60} className="block font-medium" />
        {user.detail === undefined ? null : <NameText text={user.detail} length={60} className="block text-ink-3" />}
      </MenuLabel>
      <MenuSeparator />
      <MenuChoice
        label="Theme"
        value={shownTheme}
        onValueChange={chooseTheme}
        choices={[
          { value: "system", label: "As the system" },
          { value: "light", label: "Light" },
          { value: "dark", label: "Dark" },
        ]}
      />
      <MenuSeparator />
      <MenuChoice
        label="Rows"
        value={shownDensity}
        onValueChange={chooseDensity}
        choices={[
          { value: "normal", label: "Normal" },
          { value: "compact", label: "Compact" },
        ]}
      />
      {sessionsHref === undefined && signOutAction === undefined ? null : <MenuSeparator />}
      {sessionsHref === undefined ? null : (
        <MenuLink href={sessionsHref}>
          <MonitorSmartphone aria-hidden="true" className="size-3.5 text-ink-3" />
          Sessions and factors
        </MenuLink>
      )}
      {signOutAction === undefined ? null : (
        <MenuItem onSelect={() => startLeaving(() => signOutAction())} disabled={leaving}>
          <LogOut aria-hidden="true" className="size-3.5 text-ink-3" />
          Sign out
        </MenuItem>
      )}
    </Menu>
  );
}
