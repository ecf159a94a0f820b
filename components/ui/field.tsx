"use client";
import { type ReactNode, useId } from "react";
import { cn } from "./cn";
import { FieldContext, useFormStanding } from "./form-context";

type Props = {
  name: string;
  label: ReactNode;
  hint?: ReactNode;
  /** Said by the caller; otherwise what the form's action refused for this name. */
  error?: string | undefined;
  required?: boolean;
  /** One control: Input, Textarea, Select or CodeInput. */
  children: ReactNode;
  className?: string;
};

/** A control with its label, hint and error, bound together for a screen reader. */
export function Field({ name, label, hint, error, required = false, children, className }: Props) {
  const id = useId();
  const { fieldErrors } = useFormStanding();
  const wrong = error ?? fieldErrors[name];
  const hintId = hint === undefined ? undefined : `${id}-hint`;
  const errorId = wrong === undefined ? undefined : `${id}-error`;
  const describedBy = [hintId, errorId].filter((part) => part !== undefined).join(" ") || undefined;
  return (
    <FieldContext value={{ id, name, describedBy, invalid: wrong !== undefined, required }}>
      <div className={cn("grid content-start gap-1", className)}>
        <label htmlFor={id} className="font-medium">
          {label}
          {required ? null : <span className="ml-1 font-normal text-ink-3">(optional)</span>}
        </label>
        {children}
        {hint === undefined ? null : (
          <p id={hintId} className="text-sm text-ink-3">
            {hint}
          </p>
        )}
        {wrong === undefined ? null : (
          <p id={errorId} className="text-sm font-medium text-bad">
            {wrong}
          </p>
        )}
      </div>
    </FieldContext>
  );
}
