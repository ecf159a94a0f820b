import {
  BookCheck,
  ChartNoAxesColumn,
  CircleDollarSign,
  Clock,
  History,
  House,
  ListChecks,
  type LucideIcon,
  Menu,
  Plug,
  RotateCcw,
  Scale,
  ScrollText,
  Settings,
  ShieldCheck,
  Siren,
  Target,
  Vault,
  Workflow,
} from "lucide-react";
import type { NavIconName } from "./navigation";

const icons: Record<NavIconName, LucideIcon> = {
  home: House,
  systems: Menu,
  "recovery-points": Clock,
  vaults: Vault,
  restores: RotateCcw,
  approvals: ShieldCheck,
  plans: Workflow,
  incidents: Siren,
  tests: Target,
  jobs: History,
  compliance: BookCheck,
  audit: ScrollText,
  continuity: ChartNoAxesColumn,
  cost: CircleDollarSign,
  policies: ListChecks,
  governance: Scale,
  connections: Plug,
  settings: Settings,
};

/** The symbol beside an entry of the navigation. */
export function NavIcon({ name }: { name: NavIconName }) {
  const Icon = icons[name];
  return <Icon aria-hidden="true" strokeWidth={1.7} className="size-[15px] flex-none opacity-85" />;
}
