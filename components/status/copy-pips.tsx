import { cn } from "@/components/ui/cn";
import { visible } from "@/lib/core/words";

/** One digit of 3-2-1-1-0: kept, broken, or not known. */
export type CopyRule = { met: boolean | null; why?: string | undefined };

export type CopyRules = {
  /** Three copies, the original among them. */
  threeCopies: CopyRule;
  /** On two kinds of storage, or in two accounts. */
  twoMedia: CopyRule;
  /** One of them in another region or place. */
  oneElsewhere: CopyRule;
  /** One of them locked or offline. */
  oneLocked: CopyRule;
  /** None with errors at its last verification. */
  zeroErrors: CopyRule;
};

const digits = [
  ["threeCopies", "3", "three copies"],
  ["twoMedia", "2", "two kinds of storage"],
  ["oneElsewhere", "1", "one elsewhere"],
  ["oneLocked", "1", "one locked or offline"],
  ["zeroErrors", "0", "no errors"],
] as const satisfies readonly (readonly [keyof CopyRules, string, string])[];

const verdict = (met: boolean | null) => (met === null ? "not known" : met ? "kept" : "broken");

/** The 3-2-1-1-0 rule as five digits; a broken one is struck through, an unknown one is dashed. */
export function CopyPips({ rules, className }: { rules: CopyRules; className?: string }) {
  const open = digits.filter(([key]) => rules[key].met !== true);
  const sentence =
    open.length === 0
      ? "3-2-1-1-0 kept"
      : `3-2-1-1-0: ${open.map(([key, , name]) => `${name} ${verdict(rules[key].met)}`).join(", ")}`;
  return (
    <span role="img" aria-label={sentence} className={cn("inline-flex gap-[3px]", className)}>
      {digits.map(([key, digit, name]) => {
        const { met, why } = rules[key];
        return (
          <span
            key={key}
            title={visible(`${name}: ${why ?? verdict(met)}`)}
            className={cn(
              "h-4 min-w-[15px] rounded-xs text-center text-[0.65625rem]/4 font-semibold",
              met === true && "bg-ok-wash text-ok",
              met === false && "bg-bad-wash font-normal text-bad line-through decoration-1",
              met === null && "border border-dashed border-line-strong text-ink-3 leading-[14px]",
            )}
          >
            {digit}
          </span>
        );
      })}
    </span>
  );
}
