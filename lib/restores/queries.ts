import { queryOptions } from "@tanstack/react-query";
import { getJson } from "@/lib/core/http";
import { seconds } from "@/lib/core/time";
import { isFinished } from "./rules";
import type { RestoreView } from "./view";

/** A restore as it moves: quickly while the provider works, slowly while people decide, not at all once it is over. */
export const restoreQuery = (restoreId: string) =>
  queryOptions({
    queryKey: ["restores", restoreId],
    queryFn: ({ signal }) => getJson<RestoreView>(`/api/live/restores/${restoreId}`, signal),
    refetchInterval: ({ state }) => {
      if (!state.data || isFinished(state.data.state)) return false;
      return state.data.state === "waiting" ? seconds(5) : seconds(1.5);
    },
  });
