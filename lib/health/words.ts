import { ageText, bytesText, durationText, plural } from "@/lib/core/words";
import type { NextStep, Reason } from "./rules";

const numerals = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"] as const;
const numeral = (count: number) => numerals[count] ?? String(count);
const runs = (count: number) => `${numeral(count)} ${count === 1 ? "run" : "runs"}`;

const ageOf = (at: string | null | undefined, now: Date) =>
  at ? ageText((now.getTime() - Date.parse(at)) / 1_000) : null;

const sentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);

type Figures = { reason: Reason; age: string | null; at: string | null; rpo: string | null; count: number; now: Date };

const were = (count: number) => (count === 1 ? "was" : "were");

const stale = ({ reason, age, at }: Figures) =>
  [
    `${reason.connectionName ?? "Its connection"} ${at === null ? "was never read" : `was last read ${at} ago`}, so nobody can tell.`,
    reason.message ? sentence(reason.message) : "",
    age === null ? "" : `The newest data seen then is ${age} old.`,
  ]
    .filter((part) => part !== "")
    .join(" ");

function noPoint({ reason, now }: Figures) {
  if (!reason.covered) return "No schedule covers it and nothing of it can be restored.";
  if (!reason.at) return "Nothing of it can be restored yet.";
  const left = ageText((Date.parse(reason.at) - now.getTime()) / 1_000);
  return `Nothing of it can be restored yet. Its first run should be done in ${left}.`;
}

function missed({ reason, age, rpo, count }: Figures) {
  if (reason.state === "at_risk")
    return `${plural(count, "run")} ${were(count)} due and never came; the data is ${age} old${rpo === null ? "" : ` of ${rpo}`}.`;
  return `${age === null ? "Never backed up" : `No backup for ${age}`}: ${runs(count)} ${were(count)} due and never started.`;
}

function failed({ reason, age, count }: Figures) {
  const which = count === 1 ? "The last run" : `The last ${numeral(count)} runs`;
  const good = reason.state === "breached" && age !== null ? ` The newest good data is ${age} old.` : "";
  return `${which} failed${reason.message ? `: ${sentence(reason.message)}` : "."}${good}`;
}

const listed = (words: readonly string[]) => words.join(", ").replace(/, ([^,]*)$/, " and $1");

function astray({ reason, count }: Figures) {
  const told = [
    ...(reason.message ? [`it runs in ${reason.message}`] : []),
    ...(count > 0 ? [`${plural(count, "copy lies", "copies lie")} in ${listed(reason.regions ?? [])}`] : []),
  ].join(" and ");
  return `${told.charAt(0).toUpperCase()}${told.slice(1)}, outside where its data may be kept.`;
}

const texts: Record<Reason["rule"], (figures: Figures) => string> = {
  "lifecycle.parked": ({ reason }) =>
    reason.message === "retired"
      ? "It is retired: nothing is expected of it."
      : "It is parked: nothing is expected of it for now.",
  "connection.stale": stale,
  "system.empty": ({ count }) =>
    count === 0
      ? "It owns no resources, so nothing of it is protected."
      : "None of its resources is required, so nothing of it is judged.",
  "system.pending": () => "It has not been judged yet.",
  "objective.none": ({ age }) =>
    `It belongs to no system, so no objective applies. Its newest restorable data is ${age} old.`,
  "point.none": noPoint,
  "runs.missed": missed,
  "runs.failed": failed,
  "proof.failed": ({ at, age }) =>
    `The newest data failed its verification ${at} ago. ${age === null ? "There is no good data before it." : `The last good data is ${age} old.`}`,
  "stream.stopped": ({ at, age, rpo }) =>
    `Its continuous backup stopped${at === null ? "" : ` ${at} ago`}. ${age === null ? "Nothing else of it can be restored." : `The newest restorable data is ${age} old; the RPO is ${rpo}.`}`,
  "rpo.breached": ({ age, rpo }) => `The newest restorable data is ${age} old; the RPO is ${rpo}.`,
  "rpo.close": ({ age, rpo }) => `The newest restorable data is ${age} old, over 80 % of the RPO of ${rpo}.`,
  "size.unusual": ({ reason }) =>
    `The newest backup holds ${bytesText(reason.value ?? 0)}; ${bytesText(reason.low ?? 0)} to ${bytesText(reason.high ?? 0)} is usual.`,
  "duration.unusual": ({ reason }) =>
    `The newest backup took ${durationText(reason.value ?? 0)}; ${durationText(reason.low ?? 0)} to ${durationText(reason.high ?? 0)} is usual.`,
  "proof.stale": ({ at, reason }) =>
    `Not restored and checked for ${at}; the cadence is ${durationText(reason.cadenceSeconds ?? 0)}.`,
  "proof.never": ({ reason }) =>
    `Never restored and checked; the cadence is ${durationText(reason.cadenceSeconds ?? 0)}.`,
  "resource.vanished": ({ at }) => `Its provider has not shown it for ${at}: it may have been deleted.`,
  "residency.violated": astray,
  "rpo.within": ({ age, rpo, at }) =>
    `The newest restorable data is ${age} old, within the RPO of ${rpo}.${at === null ? "" : ` It was restored and checked ${at} ago.`}`,
};

/** Why a verdict was reached, in a sentence with its figures as they stand now. */
export const reasonText = (reason: Reason, now: Date): string =>
  texts[reason.rule]({
    reason,
    age: ageOf(reason.asOf, now),
    at: ageOf(reason.at, now),
    rpo: reason.rpoSeconds == null ? null : durationText(reason.rpoSeconds),
    count: reason.count ?? 0,
    now,
  });

/** The one thing to do about a reason, and where; what takes a system's page has no step without one. */
export function nextStep(reason: Reason, systemId: string | null): NextStep | null {
  const { rule, resourceId = "" } = reason;
  if (rule === "connection.stale")
    return { label: "Open connection", href: `/settings/connections/${reason.connectionId ?? ""}` };
  if (rule === "objective.none") return { label: "Assign it", href: "/systems/unassigned" };
  if (rule === "runs.failed" && reason.jobId) return { label: "See error", href: `/jobs/${reason.jobId}` };
  return systemId === null ? null : stepOnSystem(rule, `/systems/${systemId}`, systemId, resourceId);
}

function stepOnSystem(rule: Reason["rule"], page: string, systemId: string, resourceId: string): NextStep | null {
  switch (rule) {
    case "runs.failed":
    case "runs.missed":
      return { label: "See runs", href: `${page}#runs` };
    case "size.unusual":
    case "duration.unusual":
      return { label: "See sizes", href: `${page}#sizes` };
    case "system.empty":
      return { label: "Assign resources", href: `/systems/unassigned?system=${systemId}` };
    case "point.none":
    case "stream.stopped":
    case "rpo.breached":
    case "rpo.close":
      return { label: "Back up now", href: resourceId ? `${page}/backup?resource=${resourceId}` : page };
    case "proof.failed":
    case "proof.stale":
    case "proof.never":
      return { label: "Test a restore", href: `/restores/new?system=${systemId}&resource=${resourceId}` };
    case "resource.vanished":
      return { label: "See resource", href: `${page}#resource-${resourceId}` };
    case "residency.violated":
      return { label: "See where it lies", href: `${page}#places` };
    default:
      return null;
  }
}

/** The sentence of one rule, for whoever asks by what a verdict was reached. */
export const ruleMeanings: Record<Reason["rule"], string> = {
  "lifecycle.parked": "Parked and retired systems expect nothing.",
  "connection.stale": "What was not read lately is unknown, never green.",
  "system.empty": "A system without required resources protects nothing.",
  "system.pending": "What was not judged yet is unknown.",
  "objective.none": "Without a system there is no objective to judge by.",
  "point.none": "Without a usable recovery point nothing can be restored.",
  "runs.missed": "A promised run that nothing came of is missed.",
  "runs.failed": "Runs since the last good one that ended without a usable point.",
  "proof.failed": "A failed verification outranks a good backup.",
  "stream.stopped": "A continuous backup that stopped and was not replaced, where the data has grown too old.",
  "rpo.breached": "The age of the newest usable data, counted from its own moment, is above the RPO.",
  "rpo.close": "The age of the newest usable data is above 80 % of the RPO.",
  "size.unusual":
    "The newest backup is over three robust deviations, a tenth and 10 MB off the median of the fifteen before it.",
  "duration.unusual":
    "The newest backup took over three robust deviations, half as long and ten minutes off the median of the fifteen before it.",
  "proof.stale": "The newest passed restore is older than the tier's cadence.",
  "proof.never": "No restore was ever checked.",
  "resource.vanished": "Its provider no longer lists it.",
  "residency.violated": "Data lies in a region that the system's own rule of where it may be kept leaves out.",
  "rpo.within": "The age of the newest usable data is within the RPO, and a restore was checked within the cadence.",
};
