import type { ComponentProps, ReactNode } from "react";
import { StatusGlyph } from "@/components/status/glyph";
import type { StatusKind } from "@/components/status/kind";
import { cn } from "./cn";
import { shown } from "./shown";

type Props = Omit<ComponentProps<"div">, "title"> & {
  kind?: StatusKind;
  title?: ReactNode;
  children?: ReactNode;
  /** A button or link at the end. */
  action?: ReactNode;
};

const washes: Record<StatusKind, string> = {
  ok: "border-ok/35 bg-ok-wash",
  warn: "border-warn/40 bg-warn-wash",
  bad: "border-bad/35 bg-bad-wash",
  missed: "border-bad/35 bg-bad-wash",
  run: "border-run/35 bg-run-wash",
  lock: "border-lock/35 bg-lock-wash",
  none: "border-line bg-sunken",
  unknown: "border-line-strong bg-sunken",
};

/** Something the reader needs to know before going on. */
export function Banner({ kind = "warn", title, children, action, className, ...rest }: Props) {
  return (
    <div
      className={cn(
        "flex items-start gap-2.5 rounded-md border px-3.5 py-2.5 outline-offset-2",
        washes[kind],
        className,
      )}
      {...rest}
    >
      <StatusGlyph kind={kind} className="mt-[3px]" />
      <div className="min-w-0 flex-1 wrap-anywhere">
        {title === undefined ? null : <div className="font-semibold">{shown(title)}</div>}
        {children === undefined ? null : <div className="text-ink-2">{shown(children)}</div>}
      </div>
      {action}
    </div>
  );
}
