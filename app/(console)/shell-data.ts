import type { Freshness, NavEntry, NavGroup, PaletteItem, ShellUser } from "@/components/shell/navigation";
import type { StatusKind } from "@/components/status/kind";
import { may, rolesOf, type UserActor } from "@/lib/access/permissions";
import { listWaiting } from "@/lib/approvals/data";
import { getSealStanding } from "@/lib/audit/sealing";
import { currentActor } from "@/lib/auth/actor";
import { countText, plural } from "@/lib/core/words";
import { getStanding } from "@/lib/governance/data";
import type { Standing } from "@/lib/governance/rules";
import { unreadCount } from "@/lib/notifications/data";
import type { Unread } from "@/lib/notifications/rules";
import { roleWords } from "@/lib/people/rules";
import { type ConnectionFreshness, countForShell, getFreshness, type ShellCounts } from "@/lib/shell/data";

type Counts = ShellCounts & { waiting: number; sealLate: boolean };

const counted = (count: number, meaning: string): Pick<NavEntry, "note"> =>
  count === 0 ? {} : { note: { text: countText(count), meaning } };

function navigationFor(actor: UserActor, counts: Counts): NavGroup[] {
  const { systems, restores, jobs, waiting, sealLate } = counts;
  const urgent = {
    note: { text: countText(waiting), urgent: true, meaning: `${plural(waiting, "request")} waiting for you` },
  };
  const late = { note: { text: "late", urgent: true, meaning: "the log is sealed late" } };
  const log: NavEntry = { href: "/audit", label: "Audit log", icon: "audit", goKey: "l", ...(sealLate ? late : {}) };
  const governance: NavEntry = {
    href: "/settings/governance",
    label: "Governance",
    icon: "governance",
    goKey: "v",
  };
  return [
    {
      entries: [
        { href: "/", label: "Home", icon: "home", goKey: "h" },
        {
          href: "/systems",
          label: "Systems",
          icon: "systems",
          goKey: "s",
          ...counted(systems, plural(systems, "system")),
        },
        { href: "/recovery-points", label: "Recovery points", icon: "recovery-points", goKey: "p" },
        { href: "/vaults", label: "Vaults", icon: "vaults", goKey: "b" },
      ],
    },
    {
      title: "Recover",
      entries: [
        { href: "/restores", label: "Restores", icon: "restores", goKey: "r", ...counted(restores, "under way") },
        { href: "/approvals", label: "Approvals", icon: "approvals", goKey: "a", ...(waiting > 0 ? urgent : {}) },
      ],
    },
    {
      title: "Prove",
      entries: [
        ...(may(actor, "audit:read") ? [log] : []),
        { href: "/jobs", label: "Jobs", icon: "jobs", goKey: "j", ...counted(jobs, "queued or running") },
      ],
    },
    {
      title: "Decide",
      entries: [
        ...(may(actor, "change:read") ? [governance] : []),
        { href: "/settings", label: "Settings", icon: "settings", goKey: "t" },
      ],
    },
  ];
}

function actionsFor(actor: UserActor): PaletteItem[] {
  const group = "Do";
  const actions: (PaletteItem | null)[] = [
    may(actor, "restore:request")
      ? { id: "do-restore", label: "New restore", href: "/restores/new", keywords: ["recover", "bring back"], group }
      : null,
    may(actor, "estate:edit")
      ? { id: "do-system", label: "Add system", href: "/systems/new", keywords: ["new", "create"], group }
      : null,
    may(actor, "connection:edit")
      ? {
          id: "do-connection",
          label: "Add connection",
          href: "/settings/connections/new",
          keywords: ["aws", "account"],
          group,
        }
      : null,
    may(actor, "people:edit")
      ? { id: "do-invite", label: "Invite somebody", href: "/settings/people", keywords: ["person", "user"], group }
      : null,
    may(actor, "restore:freeze")
      ? {
          id: "do-freeze",
          label: "Freeze all restores",
          href: "/settings/governance/freeze",
          keywords: ["stop", "kill switch", "release"],
          group,
        }
      : null,
    may(actor, "policy:edit")
      ? {
          id: "do-policy",
          label: "Change the approval policy",
          href: "/settings/governance/policy",
          keywords: ["votes", "quorum", "level", "cool-down"],
          group,
        }
      : null,
    may(actor, "approval:delegate")
      ? {
          id: "do-delegate",
          label: "Give my vote to somebody",
          href: "/settings/governance/delegations",
          keywords: ["delegate", "leave", "holiday", "vote"],
          group,
        }
      : null,
    may(actor, "people:edit")
      ? {
          id: "do-end-sessions",
          label: "End everybody's sessions",
          href: "/settings/people",
          keywords: ["kill switch", "revoke", "sign out", "emergency"],
          group,
        }
      : null,
    may(actor, "people:edit")
      ? {
          id: "do-wall-display",
          label: "Add a wall display",
          href: "/settings/wall-displays",
          keywords: ["screen", "monitor", "tv", "kiosk", "pair"],
          group,
        }
      : null,
    may(actor, "wall:read")
      ? { id: "do-wall", label: "Wall display", href: "/wall", keywords: ["screen", "monitor", "tv", "kiosk"], group }
      : null,
    {
      id: "do-theme",
      label: "Change theme",
      href: "/account",
      keywords: ["dark", "light", "density", "time zone"],
      group,
    },
    {
      id: "do-sessions",
      label: "Sessions and factors",
      href: "/account",
      keywords: ["passkey", "totp", "sign out", "password", "recovery codes"],
      group,
    },
    { id: "do-notifications", label: "Notifications", href: "/notifications", keywords: ["bell", "unread"], group },
  ];
  return actions.flatMap((action) => action ?? []);
}

/** A reading that is missing, late or partly failed is never green. */
export function freshnessKind({ total, read, failing }: ConnectionFreshness): StatusKind {
  if (total === 0) return "none";
  if (read < total) return read === 0 ? "bad" : "warn";
  return failing > 0 ? "warn" : "ok";
}

const toFreshness = (read: ConnectionFreshness): Freshness => ({
  kind: freshnessKind(read),
  read: read.read,
  total: read.total,
  oldestReadAt: read.oldestReadAt,
  href: "/settings/connections",
});

type ShellData = {
  navigation: readonly NavGroup[];
  user: ShellUser;
  freshness: Freshness | null;
  unread: Unread | null;
  standing: Standing | null;
  actions: readonly PaletteItem[];
};

/** What the frame of the console shows beside the page; null where nobody is signed in with two factors. */
export async function getShellData(): Promise<ShellData | null> {
  const actor = await currentActor();
  if (!actor) return null;
  const detail = rolesOf(actor)
    .map((role) => roleWords[role].name)
    .join(", ");
  const user = { name: actor.name, detail: detail || "No role yet" };
  const actions = actionsFor(actor);
  if (!may(actor, "estate:read"))
    return {
      navigation: navigationFor(actor, { systems: 0, restores: 0, jobs: 0, waiting: 0, sealLate: false }),
      user,
      freshness: null,
      standing: null,
      unread: may(actor, "self:manage") ? await unreadCount(actor, {}) : null,
      actions,
    };
  const [counts, waiting, freshness, standing, unread, seal] = await Promise.all([
    countForShell(actor, {}),
    listWaiting(actor, {}),
    getFreshness(actor, {}),
    getStanding(actor, {}),
    unreadCount(actor, {}),
    may(actor, "audit:read") ? getSealStanding(actor, {}) : "fresh",
  ]);
  const navigation = navigationFor(actor, { ...counts, waiting: waiting.length, sealLate: seal !== "fresh" });
  return { navigation, user, freshness: toFreshness(freshness), standing, unread, actions };
}
