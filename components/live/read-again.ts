"use client";
import { useRouter } from "next/navigation";
import { useCallback, useEffect, useTransition } from "react";
import { pollingCookie, pollingSeconds } from "@/lib/core/polling";

const markPolling = (seconds: number) => {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser yet
  document.cookie = `${pollingCookie}=1; Max-Age=${seconds}; Path=/; SameSite=Strict`;
};

/** Reads the page again because something moved, which is not taken for somebody's use of it. */
export function useReadAgain(): () => void {
  const router = useRouter();
  const [reading, startTransition] = useTransition();
  useEffect(() => {
    if (!reading) markPolling(0);
  }, [reading]);
  return useCallback(() => {
    markPolling(pollingSeconds);
    startTransition(() => router.refresh());
  }, [router]);
}
