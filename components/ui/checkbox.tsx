"use client";
import { type ComponentProps, type ReactNode, useId } from "react";
import { cn } from "./cn";
import { useFormStanding } from "./form-context";
import { shown } from "./shown";

type Props = Omit<ComponentProps<"input">, "type"> & {
  label: ReactNode;
  hint?: ReactNode;
  /** The label is only for a screen reader, as in a table's row. */
  bare?: boolean;
};

/** A choice of yes or no. */
export function Checkbox({ label, hint, bare = false, className, ...rest }: Props) {
  const id = useId();
  const { fieldErrors } = useFormStanding();
  const wrong = rest.name === undefined ? undefined : fieldErrors[rest.name];
  const describedBy = [hint === undefined ? "" : `${id}-hint`, wrong === undefined ? "" : `${id}-error`]
    .join(" ")
    .trim();
  return (
    <div className={cn("flex items-start gap-2", className)}>
      <input
        id={id}
        type="checkbox"
        aria-invalid={wrong !== undefined || undefined}
        aria-describedby={describedBy || undefined}
        className="mt-px size-4 flex-none accent-accent max-md:size-5"
        {...rest}
      />
      <div className={bare ? "sr-only" : "min-w-0"}>
        <label htmlFor={rest.id ?? id}>{shown(label)}</label>
        {hint === undefined ? null : (
          <p id={`${id}-hint`} className="text-sm text-ink-3">
            {hint}
          </p>
        )}
        {wrong === undefined ? null : (
          <p id={`${id}-error`} className="text-sm font-medium text-bad">
            {wrong}
          </p>
        )}
      </div>
    </div>
  );
}
