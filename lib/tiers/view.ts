import type { Objectives } from "./rules";

export type TierView = {
  id: string;
  rank: number;
  name: string;
  revision: number;
  objectives: Objectives;
  objectivesSince: string;
  systems: number;
};

export type TierDetail = Omit<TierView, "systems"> & {
  history: { objectives: Objectives; from: string; to: string | null }[];
};

export type TierChoice = { id: string; rank: number; name: string };
