"use client";
import { type ReactNode, useId } from "react";
import { cn } from "./cn";
import { useFormStanding } from "./form-context";

export type RadioChoice = {
  value: string;
  title: ReactNode;
  text?: ReactNode;
  disabled?: boolean;
  /** Why it cannot be chosen. */
  reason?: ReactNode;
};

type Props = {
  name: string;
  legend: ReactNode;
  choices: readonly RadioChoice[];
  defaultValue?: string | undefined;
  value?: string | undefined;
  onValueChange?: (value: string) => void;
  required?: boolean;
  columns?: 1 | 2 | 3;
};

const columnClass = {
  1: "",
  2: "md:grid-cols-2",
  3: "md:grid-cols-3",
} as const;

/** A choice of one where each way deserves a sentence. */
export function RadioCards({
  name,
  legend,
  choices,
  defaultValue,
  value,
  onValueChange,
  required,
  columns = 1,
}: Props) {
  const id = useId();
  const { fieldErrors } = useFormStanding();
  const wrong = fieldErrors[name];
  return (
    <fieldset
      className="grid min-w-0 gap-2"
      aria-invalid={wrong !== undefined || undefined}
      aria-describedby={wrong === undefined ? undefined : `${id}-error`}
    >
      <legend className="mb-1 font-medium">{legend}</legend>
      <div className={cn("grid gap-2", columnClass[columns])}>
        {choices.map((choice) => (
          <label
            key={choice.value}
            className={cn(
              "flex items-start gap-2.5 rounded-md border border-line-strong px-3 py-2.5 transition-colors has-checked:border-accent has-checked:bg-accent-wash",
              "has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent",
              choice.disabled ? "cursor-not-allowed bg-sunken text-ink-3" : "cursor-pointer hover:bg-hover",
            )}
          >
            <input
              type="radio"
              name={name}
              value={choice.value}
              disabled={choice.disabled}
              required={required}
              {...(value === undefined
                ? { defaultChecked: defaultValue === choice.value }
                : { checked: value === choice.value })}
              onChange={() => onValueChange?.(choice.value)}
              className="mt-0.5 size-4 flex-none accent-accent focus-visible:outline-none"
            />
            <span className="grid min-w-0 gap-0.5 wrap-anywhere">
              <span className="font-medium">{choice.title}</span>
              {choice.text === undefined ? null : <span className="text-ink-2">{choice.text}</span>}
              {choice.reason === undefined ? null : <span className="text-warn">{choice.reason}</span>}
            </span>
          </label>
        ))}
      </div>
      {wrong === undefined ? null : (
        <p id={`${id}-error`} className="text-sm font-medium text-bad">
          {wrong}
        </p>
      )}
    </fieldset>
  );
}
