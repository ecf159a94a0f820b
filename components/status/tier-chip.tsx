import { cn } from "@/components/ui/cn";

type Props = {
  /** The tier's rank, 0 the foundation; null where nobody has set one. */
  rank: number | null;
  /** The tier's own name, where it is not "Tier n". */
  name?: string | undefined;
  className?: string;
};

/** The tier of a system; the first ranks stand out by weight, never by a status colour. */
export function TierChip({ rank, name, className }: Props) {
  return (
    <span
      className={cn(
        "inline-block rounded-sm border px-1.5 text-[0.71875rem]/[18px] whitespace-nowrap",
        rank === null && "border-dashed border-line-strong text-ink-3",
        rank !== null && rank <= 1 && "border-ink-3 font-medium text-ink",
        rank !== null && rank > 1 && "border-line-strong text-ink-2",
        className,
      )}
    >
      {name ?? (rank === null ? "No tier" : `Tier ${rank}`)}
    </span>
  );
}
