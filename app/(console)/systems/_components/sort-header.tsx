import { ArrowDown } from "lucide-react";
import { AppLink } from "@/components/ui/app-link";

type Props = { label: string; sort: string; current: string; asked: Record<string, string> };

/** A column's head that sorts by it; the address keeps the rest of what was asked. */
export function SortHeader({ label, sort, current, asked }: Props) {
  const { after: _a, before: _b, ...rest } = asked;
  const active = current === sort;
  return (
    <AppLink
      href={`/systems?${new URLSearchParams({ ...rest, sort: active ? "worst" : sort })}`}
      prefetch={false}
      scroll={false}
      aria-label={active ? `${label}: sorted by it; sort worst first` : `Sort by ${label.toLowerCase()}`}
      className="inline-flex items-center gap-1 rounded-xs hover:text-ink"
    >
      {label}
      {active ? <ArrowDown aria-hidden="true" className="size-3" /> : null}
    </AppLink>
  );
}
