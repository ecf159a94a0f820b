import { queryOptions } from "@tanstack/react-query";
import { getJson } from "@/lib/core/http";
import { seconds } from "@/lib/core/time";
import type { ConnectionProgress } from "./view";

/** How a connection is being read: looked at every second while it is, now and then otherwise. */
export const connectionQuery = (connectionId: string) =>
  queryOptions({
    queryKey: ["connections", connectionId],
    queryFn: ({ signal }) => getJson<ConnectionProgress>(`/api/live/connections/${connectionId}`, signal),
    refetchInterval: ({ state }) => (state.data?.isBeingRead ? seconds(1) : seconds(10)),
  });
