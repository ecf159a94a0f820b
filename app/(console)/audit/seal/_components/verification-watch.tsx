"use client";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { LiveQueries } from "@/components/live/live-queries";
import { useReadAgain } from "@/components/live/read-again";
import { Banner } from "@/components/ui/banner";
import { verificationQuery } from "@/lib/audit/queries";

function Watcher({ shown }: { shown: string }) {
  const { data, failureCount } = useQuery(verificationQuery);
  const readAgain = useReadAgain();
  const stamp = data?.stamp;
  useEffect(() => {
    if (stamp !== undefined && stamp !== shown) readAgain();
  }, [stamp, shown, readAgain]);
  return failureCount > 2 ? (
    <Banner kind="unknown" role="status" title="The page has lost touch with the server.">
      The verification goes on; what it found shows when the page is loaded again.
    </Banner>
  ) : null;
}

/** Reads the page again when the verification is no longer as the page shows it, however quickly it went. */
export function VerificationWatch({ shown }: { shown: string }) {
  return (
    <LiveQueries>
      <Watcher shown={shown} />
    </LiveQueries>
  );
}
