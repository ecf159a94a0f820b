import type { ReactNode } from "react";
import { StatusGlyph } from "@/components/status/glyph";

type Props = {
  /** What could not be done, in plain words. */
  title: ReactNode;
  /** The remedy. */
  children?: ReactNode;
  action?: ReactNode;
  /** What to name when asking for help. */
  reference?: string | undefined;
};

/** What went wrong, with its remedy. */
export function ErrorState({ title, children, action, reference }: Props) {
  return (
    <div role="alert" className="mx-auto grid max-w-[64ch] justify-items-center gap-2 px-4 py-12 text-center">
      <StatusGlyph kind="bad" label={null} className="size-5" />
      <p className="text-lg font-semibold">{title}</p>
      {children === undefined ? null : <div className="text-ink-2">{children}</div>}
      {action === undefined ? null : <div className="mt-2 flex flex-wrap justify-center gap-2">{action}</div>}
      {reference === undefined ? null : (
        <p className="mt-2 text-sm text-ink-3">
          Reference <code className="font-mono">{reference}</code>
        </p>
      )}
    </div>
  );
}
