import type { ReactNode } from "react";
import type { Standing } from "@/lib/governance/rules";
import type { Unread } from "@/lib/notifications/rules";
import type { Density, Theme } from "./appearance";
import { Bell } from "./bell";
import { Brand } from "./brand";
import { Clock } from "./clock";
import { FreshnessNote } from "./freshness-note";
import { NavDrawer } from "./nav-drawer";
import { NavList } from "./nav-list";
import type { Freshness, NavGroup, PaletteItem, ShellUser } from "./navigation";
import { SearchPalette } from "./search-palette";
import { Shortcuts } from "./shortcuts";
import { SkipLink } from "./skip-link";
import { StandingBanners } from "./standing-banners";
import { UserMenu } from "./user-menu";

export type ShellProps = {
  /** Only what exists. */
  navigation: readonly NavGroup[];
  /** Null before anybody is known. */
  user: ShellUser | null;
  freshness: Freshness | null;
  /** What is unread; null where nobody can be told anything. */
  unread?: Unread | null;
  notificationsHref?: string;
  /** What is out of the ordinary about who may do what; null before anybody may see anything. */
  standing: Standing | null;
  /** The server's clock when the page was made, an ISO moment. */
  now: string;
  theme: Theme;
  density: Density;
  /** What the palette offers beside the pages. */
  actions?: readonly PaletteItem[];
  /** An address that answers `?q=` with `{items: PaletteItem[]}`. */
  searchHref?: string;
  sessionsHref?: string;
  signOutAction?: () => Promise<void>;
  children: ReactNode;
};

/** The frame of every page of the console: navigation, top bar, and the page. */
export function Shell(props: ShellProps) {
  const { navigation, user, freshness, now, theme, density, actions = [], children } = props;
  const entries = navigation.flatMap((group) => group.entries);
  const pages = entries.map(({ href, label }): PaletteItem => ({ id: href, label, href, group: "Go to" }));
  const note = freshness === null ? null : <FreshnessNote freshness={freshness} now={now} />;
  return (
    <div className="grid min-h-screen [--top-h:3.125rem] md:grid-cols-[13.5rem_minmax(0,1fr)] print:block">
      <SkipLink />
      <div data-shell-chrome className="border-r bg-sunken max-md:hidden">
        <div className="sticky top-0 flex max-h-screen flex-col gap-[18px] overflow-y-auto px-2.5 py-3.5">
          <Brand />
          <NavList groups={navigation} />
        </div>
      </div>
      <div className="flex min-w-0 flex-col">
        <header
          data-shell-chrome
          className="sticky top-0 z-20 flex h-(--top-h) flex-none items-center gap-3.5 border-b bg-surface px-7 max-md:gap-1 max-md:px-3.5"
        >
          <NavDrawer
            groups={navigation}
            brand={<Brand />}
            foot={
              <div className="grid gap-1 text-ink-3">
                {note}
                <Clock now={now} />
              </div>
            }
          />
          <SearchPalette items={[...pages, ...actions]} searchHref={props.searchHref} />
          <div className="ml-auto flex min-w-0 items-center gap-3.5">
            <div className="min-w-0 max-lg:hidden">{note}</div>
            <Clock now={now} className="whitespace-nowrap text-ink-2 max-sm:hidden" />
            {props.unread && props.notificationsHref ? (
              <Bell initial={props.unread} href={props.notificationsHref} />
            ) : null}
            {user === null ? null : (
              <UserMenu
                user={user}
                theme={theme}
                density={density}
                sessionsHref={props.sessionsHref}
                signOutAction={props.signOutAction}
              />
            )}
          </div>
        </header>
        {props.standing === null ? null : <StandingBanners standing={props.standing} />}
        <main
          id="main"
          tabIndex={-1}
          className="grid w-full grid-cols-[minmax(0,1fr)] max-w-[92.5rem] content-start gap-6.5 px-7 pt-6.5 pb-15 outline-none max-md:px-3.5 max-md:pt-4.5 print:p-0"
        >
          {children}
        </main>
      </div>
      <Shortcuts entries={entries} />
    </div>
  );
}
