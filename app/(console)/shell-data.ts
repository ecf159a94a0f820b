import type { Freshness, NavGroup, PaletteItem, ShellUser } from "@/components/shell/navigation";

const navigation: readonly NavGroup[] = [
  {
    entries: [
      { href: "/", label: "Home", icon: "home", goKey: "h" },
      { href: "/systems", label: "Systems", icon: "systems", note: { text: "41", meaning: "systems" }, goKey: "s" },
      { href: "/recovery-points", label: "Recovery points", icon: "recovery-points", goKey: "p" },
    ],
  },
  {
    title: "Recover",
    entries: [
      { href: "/restores", label: "Restores", icon: "restores", goKey: "r" },
      { href: "/approvals", label: "Approvals", icon: "approvals", note: { text: "2", urgent: true, meaning: "wait for you" }, goKey: "a" },
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
  return { navigation, user: { name: "Ivana Kos", detail: "database approver" }, freshness: { kind: "ok", read: 9, total: 9, oldestReadAt: new Date(Date.now() - 120_000).toISOString(), href: "/settings" }, actions: [] };
}
