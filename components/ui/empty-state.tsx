import type { ReactNode } from "react";
import { StatusGlyph } from "@/components/status/glyph";

type Props = {
  title: ReactNode;
  /** What it means, and what to do first. */
  children?: ReactNode;
  action?: ReactNode;
};

/** Nothing is here yet, and that is not the same as all being well. */
export function EmptyState({ title, children, action }: Props) {
  return (
    <div className="mx-auto grid max-w-[56ch] justify-items-center gap-2 px-4 py-10 text-center">
      <StatusGlyph kind="none" label={null} className="size-5" />
      <div className="text-lg font-semibold">{title}</div>
      {children === undefined ? null : <div className="text-ink-2">{children}</div>}
      {action === undefined ? null : <div className="mt-2 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}
