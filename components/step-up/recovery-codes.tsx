"use client";
import { Banner } from "@/components/ui/banner";
import { CopyButton } from "@/components/ui/copy-button";

/** A set of recovery codes, which nobody can look up again. */
export function RecoveryCodes({ codes }: { codes: readonly string[] }) {
  return (
    <div className="grid gap-3" role="status">
      <Banner kind="warn" title="These codes are shown once.">
        Print them or write them down, and keep them apart from your other factors. Each one works once, in place of a
        lost factor, and lets you do nothing but set up a new one.
      </Banner>
      <ol className="grid gap-x-6 gap-y-1 rounded-md border bg-sunken px-3 py-2.5 font-mono text-sm">
        {codes.map((code) => (
          <li key={code} className="whitespace-nowrap">
            {code}
          </li>
        ))}
      </ol>
      <div>
        <CopyButton text={codes.join("\n")} label="Copy all codes" />
      </div>
    </div>
  );
}
