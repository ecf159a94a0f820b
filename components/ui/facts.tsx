import type { ReactNode } from "react";
import { cn } from "./cn";
import { shown } from "./shown";

export type Fact = { term: ReactNode; detail: ReactNode; key?: string };

/** Facts as terms and details, one a line. */
export function Facts({ facts, className }: { facts: readonly Fact[]; className?: string }) {
  return (
    <dl className={cn("grid gap-x-3.5 gap-y-[7px] md:grid-cols-[minmax(6rem,8.25rem)_minmax(0,1fr)]", className)}>
      {facts.map((fact) => (
        <div key={fact.key ?? String(fact.term)} className="contents">
          <dt className="text-ink-3 max-md:mt-1">{fact.term}</dt>
          <dd className="min-w-0 wrap-anywhere">{shown(fact.detail)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** One figure that matters, with what it is and what it is measured against. */
export function Figure({
  label,
  value,
  unit,
  note,
}: {
  label: ReactNode;
  value: ReactNode;
  unit?: ReactNode;
  note?: ReactNode;
}) {
  return (
    <div className="min-w-0">
      <div className="text-ink-3">{label}</div>
      <div className="num text-xl font-semibold tracking-[-0.02em] wrap-anywhere">
        {value}
        {unit === undefined ? null : (
          <span className="ml-1 text-base font-normal tracking-normal text-ink-3">{unit}</span>
        )}
      </div>
      {note === undefined ? null : <div className="text-ink-2 wrap-anywhere">{note}</div>}
    </div>
  );
}
