import { ChevronLeft, ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import { LinkButton } from "./link-button";

type Props = {
  /** What is seen, such as "50 of 1,240 recovery points". */
  children?: ReactNode;
  /** The address of the page before; null at the beginning. */
  previousHref: string | null;
  /** The address of the page after; null at the end. */
  nextHref: string | null;
};

/** Steps through a long list by its keys; pages have no numbers, because the list grows while it is read. */
export function Pager({ children, previousHref, nextHref }: Props) {
  return (
    <nav aria-label="Pages" className="flex flex-wrap items-center justify-end gap-2">
      <span className="mr-auto text-ink-3">{children}</span>
      {previousHref === null ? null : (
        <LinkButton href={previousHref}>
          <ChevronLeft aria-hidden="true" className="-ml-1 size-3.5" />
          Previous
        </LinkButton>
      )}
      {nextHref === null ? null : (
        <LinkButton href={nextHref}>
          Next
          <ChevronRight aria-hidden="true" className="-mr-1 size-3.5" />
        </LinkButton>
      )}
    </nav>
  );
}
