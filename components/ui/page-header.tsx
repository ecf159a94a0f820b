import type { ReactNode } from "react";
import { StatusGlyph } from "@/components/status/glyph";
import { type StatusKind, statusWords } from "@/components/status/kind";
import { AppLink } from "./app-link";
import { shown } from "./shown";

export type Crumb = { label: string; href?: string };

type Props = {
  /** The sentence that answers the page's question, with the number in it. */
  title: ReactNode;
  sub?: ReactNode;
  crumbs?: readonly Crumb[];
  /** The verdict's shape before the title. */
  kind?: StatusKind;
  /** Buttons at the right end. */
  actions?: ReactNode;
};

/** The head of a page: where we are, the answer in one sentence, and what can be done. */
export function PageHeader({ title, sub, crumbs, kind, actions }: Props) {
  return (
    <div className="flex flex-wrap items-end gap-x-6 gap-y-3">
      <div className="flex min-w-0 flex-1 basis-80 items-start gap-3.5">
        {kind === undefined ? null : (
          <StatusGlyph
            kind={kind}
            label={statusWords[kind]}
            className="mt-[7px] size-[18px] max-md:mt-1 max-md:size-4"
          />
        )}
        <div className="min-w-0">
          {crumbs === undefined ? null : (
            <nav aria-label="Breadcrumb" className="mb-0.5 text-ink-3">
              <ol className="flex flex-wrap gap-x-1.5">
                {crumbs.map((crumb) => (
                  <li
                    key={crumb.label}
                    className="min-w-0 wrap-anywhere after:ml-1.5 after:content-['/'] last:after:content-none"
                  >
                    {crumb.href === undefined ? (
                      shown(crumb.label)
                    ) : (
                      <AppLink href={crumb.href} prefetch={false} className="hover:underline">
                        {shown(crumb.label)}
                      </AppLink>
                    )}
                  </li>
                ))}
              </ol>
            </nav>
          )}
          <h1>{shown(title)}</h1>
          {sub === undefined ? null : <p className="mt-1 max-w-[100ch] text-ink-2">{shown(sub)}</p>}
        </div>
      </div>
      {actions === undefined ? null : <div className="flex flex-wrap items-center gap-2">{actions}</div>}
    </div>
  );
}
