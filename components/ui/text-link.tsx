import type { ReactNode } from "react";
import { AppLink } from "./app-link";
import { cn } from "./cn";

type Props = {
  href: string;
  children: ReactNode;
  className?: string;
  prefetch?: boolean;
};

/** A link in running text. */
export function TextLink({ href, children, className, prefetch = false }: Props) {
  return (
    <AppLink
      href={href}
      prefetch={prefetch}
      className={cn("rounded-xs text-accent underline-offset-3 hover:underline", className)}
    >
      {children}
    </AppLink>
  );
}
