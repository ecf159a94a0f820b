"use client";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { LiveQueries } from "@/components/live/live-queries";
import { useReadAgain } from "@/components/live/read-again";
import { Banner } from "@/components/ui/banner";
import { HttpError } from "@/lib/core/http";
import { stampQuery } from "@/lib/health/queries";

type LiveRefreshProps = {
  url: string;
  /** The word for what the page shows, where the page knows it: then nothing that moved meanwhile is missed. */
  shown?: string | null;
  everyMs?: number;
  /** Reads the page again as well when the question is refused, so that the page can say so itself. */
  untilRefused?: boolean;
};

function Watcher({ url, shown = null, everyMs, untilRefused = false }: LiveRefreshProps) {
  const { data, failureCount, failureReason } = useQuery(stampQuery(url, everyMs));
  const readAgain = useReadAgain();
  const last = useRef(shown);
  const stamp = data?.stamp ?? null;
  useEffect(() => {
    if (stamp === null) return;
    if (last.current !== null && last.current !== stamp) readAgain();
    last.current = stamp;
  }, [stamp, readAgain]);
  const refused = untilRefused && failureReason instanceof HttpError && failureReason.status === 401;
  useEffect(() => {
    if (refused) readAgain();
  }, [refused, readAgain]);
  return failureCount > 2 ? (
    <Banner kind="unknown" role="status" title="The page has lost touch with the server.">
      What it shows was right when it was last read, and may be so no more.
    </Banner>
  ) : null;
}

/** Reads the page again when what it shows has moved; it asks a small question every few seconds, and says when nobody answers. */
export function LiveRefresh(props: LiveRefreshProps) {
  return (
    <LiveQueries>
      <Watcher {...props} />
    </LiveQueries>
  );
}
