"use client";
import "@fontsource-variable/inter/index.css";
import "./globals.css";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";

type Props = { error: Error & { digest?: string }; reset: () => void };

/** Even the frame could not be made: the last page there is, so it leans on as little as possible. */
export default function GlobalError({ error, reset }: Props) {
  return (
    <html lang="en" className="system">
      <body>
        <title>Out of order · Holdfast</title>
        <main className="grid min-h-screen place-items-center">
          <ErrorState
            title="Holdfast could not put this page together"
            reference={error.digest}
            action={
              <Button variant="primary" onClick={reset}>
                Read it again
              </Button>
            }
          >
            Backups and restores that run at your providers go on without it. If it stays like this, an administrator
            finds the reason in the log{error.digest === undefined ? "." : " under the reference below."}
          </ErrorState>
        </main>
      </body>
    </html>
  );
}
