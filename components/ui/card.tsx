import { type ReactNode, useId } from "react";
import { cn } from "./cn";

type Props = {
  title?: ReactNode;
  /** A word or a link at the right end of the head. */
  more?: ReactNode;
  /** Stands under the content, for buttons. */
  footer?: ReactNode;
  children: ReactNode;
  /** Gives the content a margin; off for tables and rows, which bring their own. */
  padded?: boolean;
  className?: string;
  /** Where addresses lead to it. */
  id?: string;
};

/** A surface with an optional head; a named region where it has a title. */
export function Card({ title, more, footer, children, padded = false, className, id }: Props) {
  const titleId = useId();
  const named = title === undefined ? {} : { "aria-labelledby": titleId };
  return (
    <section
      {...(id === undefined ? {} : { id })}
      className={cn("min-w-0 rounded-lg border bg-surface", className)}
      {...named}
    >
      {title === undefined ? null : (
        <header className="flex flex-wrap items-baseline gap-x-2.5 gap-y-1 border-b px-4 pt-3 pb-2.5">
          <h2 id={titleId} className="min-w-0 wrap-anywhere">
            {title}
          </h2>
          {more === undefined ? null : <div className="ml-auto text-ink-3">{more}</div>}
        </header>
      )}
      {padded ? <div className="p-4">{children}</div> : children}
      {footer === undefined ? null : (
        <footer className="flex flex-wrap items-center justify-end gap-3 border-t px-4 py-3">{footer}</footer>
      )}
    </section>
  );
}

/** One line of a card: a shape, what it says, and at its end what can be done. */
export function CardRow({
  lead,
  children,
  end,
  className,
}: {
  lead?: ReactNode;
  children: ReactNode;
  end?: ReactNode;
  className?: string;
}) {
  return (
    <div className={cn("flex items-start gap-3 border-b px-4 py-3 last:border-b-0", className)}>
      {lead}
      <div className="grid min-w-0 flex-1 gap-0.5 wrap-anywhere">{children}</div>
      {end}
    </div>
  );
}
