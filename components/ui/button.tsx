"use client";
import { LoaderCircle } from "lucide-react";
import type { ComponentProps } from "react";
import { type ButtonSize, type ButtonVariant, buttonClass } from "./button-style";

type Props = ComponentProps<"button"> & {
  variant?: ButtonVariant;
  size?: ButtonSize;
  /** While the press is being carried out: the button keeps its focus and ignores further presses. */
  pending?: boolean;
};

/** A button that says what happens. */
export function Button({
  variant = "default",
  size = "normal",
  pending = false,
  type = "button",
  className,
  children,
  onClick,
  ...rest
}: Props) {
  return (
    <button
      type={type}
      className={buttonClass(variant, size, className)}
      aria-disabled={pending || undefined}
      aria-busy={pending || undefined}
      onClick={pending ? (event) => event.preventDefault() : onClick}
      {...rest}
    >
      {pending ? <LoaderCircle aria-hidden="true" className="size-3.5 animate-spin" /> : null}
      {children}
    </button>
  );
}
