"use client";
import { Banner } from "@/components/ui/banner";
import { CopyButton } from "@/components/ui/copy-button";
import { Moment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import type { PairingCode } from "@/lib/walls/rules";

/** A code that nobody can look up again, and where it is typed. */
export function PairingCodeShown({ issued }: { issued: PairingCode }) {
  return (
    <div className="grid gap-3" role="status">
      <Banner kind="warn" title="This code is shown once.">
        Open <b className="wrap-anywhere">{`${window.location.origin}/wall/pair`}</b> in the wall's browser and type it
        there. It works once, until <Moment at={issued.until} />.
      </Banner>
      <div className="flex flex-wrap items-center gap-2 rounded-md border bg-sunken px-3 py-2">
        <code className="font-mono text-xl tracking-[0.08em]">{issued.code}</code>
        <CopyButton text={issued.code} label="Copy code" />
      </div>
      <p className="text-ink-2 wrap-anywhere">
        For <NameText text={issued.name} />
      </p>
    </div>
  );
}
