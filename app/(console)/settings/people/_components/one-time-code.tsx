"use client";
import { Banner } from "@/components/ui/banner";
import { CopyButton } from "@/components/ui/copy-button";
import { Moment } from "@/components/ui/moment";

export type IssuedCode = { code: string; expiresAt: string; email: string };

/** A code that nobody can look up again. */
export function OneTimeCode({ issued }: { issued: IssuedCode }) {
  return (
    <div className="grid gap-3" role="status">
      <Banner kind="warn" title="This code is shown once.">
        Hand it over yourself or by telephone, not by e-mail. It works at <b>{`${window.location.origin}/enroll`}</b>{" "}
        until <Moment at={issued.expiresAt} />.
      </Banner>
      <div className="flex flex-wrap items-center gap-2 rounded-md border bg-sunken px-3 py-2">
        <code className="font-mono text-lg wrap-anywhere">{issued.code}</code>
        <CopyButton text={issued.code} label="Copy code" />
      </div>
      <p className="text-ink-2">For {issued.email}</p>
    </div>
  );
}
