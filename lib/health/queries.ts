import { queryOptions } from "@tanstack/react-query";
import { getJson } from "@/lib/core/http";
import { seconds } from "@/lib/core/time";

/** Asks whether what a page shows has moved: the address answers a word that changes with it. */
export const stampQuery = (url: string, everyMs = seconds(8)) =>
  queryOptions({
    queryKey: ["stamp", url],
    queryFn: ({ signal }) => getJson<{ stamp: string }>(url, signal),
    refetchInterval: everyMs,
    refetchOnWindowFocus: true,
  });
