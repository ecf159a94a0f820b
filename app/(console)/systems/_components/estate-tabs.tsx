import { LinkTabs } from "@/components/ui/link-tabs";

const tabs = [
  { href: "/systems", label: "Systems" },
  { href: "/systems/unassigned", label: "Unassigned" },
  { href: "/systems/coverage", label: "Coverage" },
  { href: "/systems/rules", label: "Tag rules" },
] as const;

/** The views of the inventory. */
export function EstateTabs({ current }: { current: (typeof tabs)[number]["href"] }) {
  return <LinkTabs label="Inventory" tabs={tabs.map((tab) => ({ ...tab, current: tab.href === current }))} />;
}
