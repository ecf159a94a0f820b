import { queryOptions } from "@tanstack/react-query";
import { getJson } from "@/lib/core/http";
import { seconds } from "@/lib/core/time";

/** Which verification is the newest and how it stands, asked while one is under way. */
export const verificationQuery = queryOptions({
  queryKey: ["audit", "verification"],
  queryFn: ({ signal }) => getJson<{ stamp: string }>("/api/live/audit", signal),
  refetchInterval: seconds(2),
});
