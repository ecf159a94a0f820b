import type { ReactNode } from "react";
import { AppLink } from "./app-link";
import { cn } from "./cn";
import { shown } from "./shown";

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
      {shown(children)}
    </AppLink>
  );
}
