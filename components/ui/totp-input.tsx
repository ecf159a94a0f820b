"use client";
import { cn } from "./cn";
import { controlClass } from "./control-style";
import { useFieldAttributes } from "./form-context";

type Props = {
  /** How many digits the code has. */
  length?: number;
  autoFocus?: boolean;
  /** Called once all digits stand there. */
  onComplete?: (code: string) => void;
};

/** A one-time code in one field, so that password managers, phones and screen readers can fill and read it. */
export function TotpInput({ length = 6, autoFocus = false, onComplete }: Props) {
  return (
    <input
      {...useFieldAttributes()}
      inputMode="numeric"
      autoComplete="one-time-code"
      pattern={`\\s*(\\d\\s*){${length}}`}
      title={`${length} digits`}
      maxLength={length + 2}
      spellCheck={false}
      // biome-ignore lint/a11y/noAutofocus: a page that asks for a code asks for nothing else
      autoFocus={autoFocus}
      onInput={(event) => {
        const digits = event.currentTarget.value.replace(/\D/g, "");
        if (digits.length === length) onComplete?.(digits);
      }}
      className={cn(controlClass, "min-h-10 w-44 text-center font-mono text-xl tracking-[0.3em]")}
    />
  );
}
