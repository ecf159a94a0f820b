import type { ReactNode } from "react";
import { AppLink } from "./app-link";
import { type ButtonSize, type ButtonVariant, buttonClass } from "./button-style";

type Props = {
  href: string;
  children: ReactNode;
  variant?: ButtonVariant;
  size?: ButtonSize;
  className?: string;
  /** Needed where the button shows a symbol alone. */
  "aria-label"?: string;
};

/** A link that looks like a button: it goes somewhere, it does nothing. */
export function LinkButton({ href, children, variant = "default", size = "normal", className, ...rest }: Props) {
  return (
    <AppLink href={href} prefetch={false} className={buttonClass(variant, size, className)} {...rest}>
      {children}
    </AppLink>
  );
}
