import type { StatusKind } from "@/components/status/kind";
import type { PointRow } from "@/lib/recovery-points/view";

/** The shape of a recovery point: what counts is well, what is being made runs, the rest does not count. */
export const pointKind = ({ usable, status }: Pick<PointRow, "usable" | "status">): StatusKind =>
  usable
    ? "ok"
    : status === "creating"
      ? "run"
      : status === "unknown"
        ? "unknown"
        : status === "stopped"
          ? "none"
          : "bad";

/** What a recovery point's state is called. */
export const pointWord = ({ usable, status, kind }: Pick<PointRow, "usable" | "status" | "kind">): string =>
  usable ? "usable" : kind === "continuous" && status === "available" ? "continuous" : status;
