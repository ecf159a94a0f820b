import type { FleetVerdict } from "@/lib/health/verdict";
import type { AttentionRow, RunningWork, TierLine } from "@/lib/health/view";
import type { ConnectionFreshness } from "@/lib/shell/data";

export type WallTier = Pick<
  TierLine,
  "id" | "name" | "expected" | "within" | "beyond" | "unknown" | "proven" | "forecastWithin" | "forecastBeyond"
>;
export type WallAttention = Omit<AttentionRow, "step">;
export type WallRunning = Omit<RunningWork, "href">;

/** What can be read from across a room: sums, the worst by name, what runs; no way into anything. */
export type WallView = {
  now: string;
  verdict: FleetVerdict;
  tiers: WallTier[];
  attention: { rows: WallAttention[]; total: number };
  running: WallRunning[];
  runningTotal: number;
  freshness: ConnectionFreshness;
};
