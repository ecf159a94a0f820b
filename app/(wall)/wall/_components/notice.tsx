import type { ReactNode } from "react";
import { StatusGlyph } from "@/components/status/glyph";
import { LinkButton } from "@/components/ui/link-button";

/** One sentence over the whole screen, where there is no wall to show. */
export function Notice({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main
      data-wall
      className="grid min-h-dvh content-center justify-items-center bg-canvas p-[clamp(1.5rem,4vw,6rem)] text-ink"
    >
      <div className="flex max-w-[min(100%,48em)] text-[clamp(1rem,1.3vw,2.2rem)] items-start gap-[clamp(0.9rem,1.6vw,2.2rem)]">
        <StatusGlyph kind="none" label={null} className="mt-[0.35em] size-[clamp(1.4rem,2.2vw,3.4rem)] flex-none" />
        <div className="grid min-w-0 gap-[clamp(0.8rem,1.2vw,2rem)]">
          <h1 className="text-[clamp(1.6rem,2.7vw,4rem)]/[1.15] font-semibold tracking-[-0.02em]">{title}</h1>
          <div className="grid justify-items-start gap-[clamp(0.8rem,1.2vw,2rem)] leading-[1.4] text-ink-2">
            {children}
          </div>
        </div>
      </div>
    </main>
  );
}

/** A display whose token opens nothing any more; which of the reasons it is, an administrator sees in the list. */
export function TakenOff() {
  return (
    <Notice title="This display was taken off.">
      <p>
        Its time may also be over. Pair it again: Settings → Wall displays. An administrator is shown a code there,
        which is typed here.
      </p>
      <LinkButton href="/wall/pair" variant="primary">
        Type a code
      </LinkButton>
    </Notice>
  );
}
