import type { ReactNode } from "react";
import { StatusGlyph } from "@/components/status/glyph";
import type { StatusKind } from "@/components/status/kind";
import { cn } from "@/components/ui/cn";
import { Moment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { TextLink } from "@/components/ui/text-link";
import { plural } from "@/lib/core/words";
import { type Standing, setUpText } from "@/lib/governance/rules";

const washes: Partial<Record<StatusKind, string>> = {
  bad: "bg-bad-wash",
  warn: "bg-warn-wash",
  lock: "bg-lock-wash",
};

/** What is out of the ordinary about who may do what: on every page, and on what is printed of it. */
export function StandingBanners({ standing }: { standing: Standing }) {
  const { singleOperator, freeze, overdueReviews, setUp, drill } = standing;
  const any = singleOperator || freeze || overdueReviews > 0 || setUp || drill;
  if (!any) return null;
  return (
    <section aria-label="Out of the ordinary" className="grid">
      {freeze ? (
        <Strip kind="bad" href="/settings/governance/freeze" link="The freeze">
          <b className="font-semibold">All restores are frozen.</b> <NameText text={freeze.setBy} length={40} /> froze
          them <Moment at={freeze.setAt} />: <NameText text={freeze.reason.replace(/\.$/, "")} length={160} />.
        </Strip>
      ) : null}
      {overdueReviews > 0 ? (
        <Strip kind="bad" href="/settings/governance" link="Reviews due">
          <b className="font-semibold">{plural(overdueReviews, "review")} overdue.</b> Until then nothing else can be
          forced past its votes.
        </Strip>
      ) : null}
      {singleOperator ? (
        <Strip kind="lock" href="/settings/governance" link="Governance">
          <b className="font-semibold">Single-operator mode.</b> One person acts alone; nobody else is asked.
        </Strip>
      ) : null}
      {drill ? (
        <Strip kind="lock" href="/settings/governance/readiness" link="Answer it">
          <b className="font-semibold">A drill waits for you.</b> Show until <Moment at={drill.closesAt} /> that you
          could vote.
        </Strip>
      ) : null}
      {setUp && !singleOperator ? (
        <Strip kind="warn" href="/settings/governance" link="Governance">
          <b className="font-semibold">One administrator changes the rules alone.</b> {setUpText(setUp)}
        </Strip>
      ) : null}
    </section>
  );
}

type StripProps = { kind: StatusKind; href: string; link: string; children: ReactNode };

function Strip({ kind, href, link, children }: StripProps) {
  return (
    <div
      className={cn(
        "flex items-start gap-2.5 border-b px-7 py-2 text-ink max-md:px-3.5 print:border print:px-2",
        washes[kind],
      )}
    >
      <StatusGlyph kind={kind} label={null} className="mt-[3px]" />
      <p className="min-w-0 flex-1 wrap-anywhere">{children}</p>
      <TextLink href={href} className="flex-none font-medium print:hidden">
        {link}
      </TextLink>
    </div>
  );
}
