import type { ReactNode } from "react";
import { Anchor } from "./_components/anchor";

/** The quiet frame of the pages before one is in. */
export default function AuthLayout({ children }: { children: ReactNode }) {
  return (
    <div className="grid min-h-dvh grid-rows-[1fr_auto] bg-canvas px-4">
      <main className="mx-auto grid w-full max-w-sm content-center gap-6 py-10">
        <p className="flex items-center gap-2 text-[0.9375rem] font-[650] tracking-[-0.01em]">
          <Anchor />
          Holdfast
        </p>
        {children}
      </main>
      <p className="py-5 text-center text-sm text-ink-3">Every sign-in is written to the audit log.</p>
    </div>
  );
}
