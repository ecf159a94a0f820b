import type { FieldNames } from "@/lib/core/edit";

export const environments = ["production", "staging", "development", "test", "unknown"] as const;
export type Environment = (typeof environments)[number];
export const criticalities = ["critical", "high", "medium", "low"] as const;
export type Criticality = (typeof criticalities)[number];
export const lifecycles = ["active", "parked", "retired"] as const;
export type Lifecycle = (typeof lifecycles)[number];

export const nameLength = 120;

const slugLength = 80;

/** The name as it stands in an address: letters without their marks, digits and single hyphens. */
export function slugOf(name: string): string {
  const slug = name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, slugLength)
    .replace(/-+$/, "");
  return slug || "system";
}

/** The first of `slug`, `slug-2`, `slug-3` … that nobody has. */
export function freeSlug(slug: string, taken: ReadonlySet<string>): string {
  if (!taken.has(slug)) return slug;
  for (let count = 2; ; count += 1) {
    const ending = `-${count}`;
    const next = `${slug.slice(0, slugLength - ending.length)}${ending}`;
    if (!taken.has(next)) return next;
  }
}

// Marks that change direction or take no room could make one name look like another.
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Whether a text holds characters that cannot be seen, such as controls and changes of direction. */
export const hasUnseen = (text: string) => unseen.test(text);

/** What people decide about a system. */
export type SystemSettings = {
  name: string;
  description: string;
  environment: Environment;
  criticality: Criticality;
  lifecycle: Lifecycle;
  tierId: string;
  ownerTeamId: string | null;
  ownerUserId: string | null;
  detectionAllowanceSeconds: number;
  /** Regions its data may be kept in, as `regionsText` spells them; empty where there is no such rule. */
  allowedRegions: string;
};

/** How these fields are named when they changed; owners are spelled by the caller, who knows their names. */
export const settingNames: FieldNames<SystemSettings> = {
  name: { label: "name" },
  description: { label: "description" },
  environment: { label: "environment" },
  criticality: { label: "criticality" },
  lifecycle: { label: "lifecycle" },
  tierId: { label: "tier" },
  ownerTeamId: { label: "owning team" },
  ownerUserId: { label: "owner" },
  detectionAllowanceSeconds: { label: "detection allowance", spell: (seconds) => `${seconds / 60} min` },
  allowedRegions: { label: "allowed regions", spell: (regions) => regions || "anywhere" },
};

/** As many regions as a rule about where data may be kept may name. */
export const mostRegions = 40;

/** Regions as people list them, separated by spaces, commas or semicolons: each once, in one order. */
export const regionsOf = (text: string): string[] =>
  [...new Set(text.toLowerCase().split(/[\s,;]+/))].filter((region) => region !== "").sort();

/** The first of them that cannot be the name of a region; undefined where all can. */
export const wrongRegion = (regions: readonly string[]): string | undefined =>
  regions.find((region) => !/^[a-z0-9][a-z0-9-]{0,39}$/.test(region));

/** Regions in the one spelling that is stored, compared and taken out. */
export const regionsText = (regions: readonly string[]): string => regions.join(" ");

/** Whether data may be kept in a region; where nothing is said, it may be kept anywhere. */
export const isAllowedIn = (allowed: readonly string[], region: string): boolean =>
  allowed.length === 0 || allowed.includes(region);

/** Sorts a list of systems can stand in. */
export const systemSorts = ["worst", "name", "tier", "age", "proof"] as const;
export type SystemSort = (typeof systemSorts)[number];

/** Cuts of the estate that figures elsewhere link to. */
export const systemCuts = [
  "within_rpo",
  "outside_rpo",
  "proven",
  "not_proven",
  "forecast_within",
  "forecast_beyond",
  "not_measured",
  "attention",
  "outside_regions",
] as const;
export type SystemCut = (typeof systemCuts)[number];

/** How a cut is called on screen. */
export const cutWords: Record<SystemCut, string> = {
  within_rpo: "within RPO",
  outside_rpo: "not within RPO",
  proven: "proven within cadence",
  not_proven: "not proven within cadence",
  forecast_within: "forecast within RTO",
  forecast_beyond: "forecast beyond RTO",
  not_measured: "restore never measured",
  attention: "asking for attention",
  outside_regions: "with data outside its regions",
};

/** So many rows the server draws of the matrix; the browser reads on from there, in pages of their own length. */
export const firstPageRows = 25;
export const laterPageRows = 100;

/** Where a form looks for systems by name. */
export const systemSearchHref = "/api/systems/choices";
