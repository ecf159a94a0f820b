import { queryOptions } from "@tanstack/react-query";
import { getJson } from "@/lib/core/http";
import { minutes, seconds } from "@/lib/core/time";
import type { SystemsPage } from "./view";

/** The queries of the matrix, to be told as one that something has moved. */
export const systemsKey = ["systems"] as const;

/** One page of the matrix: `asked` is the filter, `at` the page's place as its address spells it. */
export function systemsPageQuery(asked: Readonly<Record<string, string>>, at: string) {
  const search = [new URLSearchParams(asked).toString(), at].filter(Boolean).join("&");
  return queryOptions({
    queryKey: [...systemsKey, search],
    queryFn: ({ signal }) => getJson<SystemsPage>(`/api/live/systems?${search}`, signal),
    staleTime: seconds(45),
    gcTime: minutes(10),
  });
}
