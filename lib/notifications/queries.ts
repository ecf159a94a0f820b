import { queryOptions } from "@tanstack/react-query";
import { getJson } from "@/lib/core/http";
import { seconds } from "@/lib/core/time";
import type { Unread } from "./rules";

/** How much somebody has not read yet. */
export const unreadQuery = (initial: Unread) =>
  queryOptions({
    queryKey: ["notifications", "unread"],
    queryFn: ({ signal }) => getJson<Unread>("/api/live/notifications", signal),
    initialData: initial,
    refetchInterval: seconds(30),
    refetchOnWindowFocus: true,
  });
