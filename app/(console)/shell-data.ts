import type { Freshness, NavGroup, PaletteItem, ShellUser } from "@/components/shell/navigation";

const navigation: readonly NavGroup[] = [
  {
    entries: [
      { href: "/", label: "Home", icon: "home", goKey: "h" },
      { href: "/systems", label: "Systems", icon: "systems", goKey: "s" },
      { href: "/recovery-points", label: "Recovery points", icon: "recovery-points", goKey: "p" },
    ],
  },
  {
    title: "Recover",
    entries: [
      { href: "/restores", label: "Restores", icon: "restores", goKey: "r" },
      { href: "/approvals", label: "Approvals", icon: "approvals", goKey: "a" },
    ],
  },
  {
    title: "Prove",
    entries: [
      { href: "/audit", label: "Audit log", icon: "audit", goKey: "l" },
      { href: "/jobs", label: "Jobs", icon: "jobs", goKey: "j" },
    ],
  },
  { title: "Decide", entries: [{ href: "/settings", label: "Settings", icon: "settings", goKey: "t" }] },
];

type ShellData = {
  navigation: readonly NavGroup[];
  user: ShellUser | null;
  freshness: Freshness | null;
  actions: readonly PaletteItem[];
};

/** What the frame of the console shows beside the page. */
export async function getShellData(): Promise<ShellData> {
  return { navigation, user: null, freshness: null, actions: [] };
}
