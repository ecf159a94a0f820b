"use client";
import { KeySquare } from "lucide-react";
import { signIn } from "next-auth/react";
import { useState } from "react";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";

/** The way in through the identity provider. */
export function ContinueWith({ label, provider }: { label: string; provider: string }) {
  const [pending, setPending] = useState(false);
  const [failed, setFailed] = useState(false);
  const go = async () => {
    setPending(true);
    setFailed(false);
    // It leaves this page where it works, so what comes after speaks of a failure.
    await signIn(provider).catch(() => {
      setPending(false);
      setFailed(true);
    });
  };
  return (
    <div className="grid gap-4">
      {failed ? (
        <Banner kind="bad" role="alert">
          The server could not be reached. Try again.
        </Banner>
      ) : null}
      <Button variant="primary" pending={pending} onClick={() => void go()} className="w-full" autoFocus>
        <KeySquare aria-hidden="true" className="size-3.5" />
        Continue with {label}
      </Button>
      <p className="text-center text-sm text-ink-3">or with your password</p>
    </div>
  );
}
