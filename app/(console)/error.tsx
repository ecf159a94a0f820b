"use client";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { LinkButton } from "@/components/ui/link-button";

type Props = { error: Error & { digest?: string }; reset: () => void };

/** A page failed; the rest of the console still works. */
export default function ConsoleError({ error, reset }: Props) {
  return (
    <ErrorState
      title="This page could not be put together"
      reference={error.digest}
      action={
        <>
          <Button variant="primary" onClick={reset}>
            Read it again
          </Button>
          <LinkButton href="/">Go home</LinkButton>
        </>
      }
    >
      Nothing was changed by it. If it fails again, an administrator finds the reason in the log under the reference
      below.
    </ErrorState>
  );
}
