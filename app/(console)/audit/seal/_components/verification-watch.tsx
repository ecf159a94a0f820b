"use client";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useEffect, useTransition } from "react";
import { LiveQueries } from "@/components/live/live-queries";
import { Banner } from "@/components/ui/banner";
import { verificationQuery } from "@/lib/audit/queries";

function Watcher({ shown }: { shown: string }) {
  const { data, failureCount } = useQuery(verificationQuery);
  const router = useRouter();
  const [, startTransition] = useTransition();
  const stamp = data?.stamp;
  useEffect(() => {
    if (stamp !== undefined && stamp !== shown) startTransition(() => router.refresh());
  }, [stamp, shown, router]);
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
