import { ageText, durationText, plural } from "@/lib/core/words";
import type { Reason } from "./rules";

const numerals = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"] as const;
const numeral = (count: number) => numerals[count] ?? String(count);
const runs = (count: number) => `${numeral(count)} ${count === 1 ? "run" : "runs"}`;

const ageOf = (at: string | null | undefined, now: Date) => (at ? ageText((now.getTime() - Date.parse(at)) / 1_000) : null);

const sentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);

/** Why a verdict was reached, in a sentence with its figures as they stand now. */
export function reasonText(reason: Reason, now: Date): string {
  const age = ageOf(reason.asOf, now);
  const at = ageOf(reason.at, now);
  const rpo = reason.rpoSeconds == null ? null : durationText(reason.rpoSeconds);
  const count = reason.count ?? 0;
  switch (reason.rule) {
    case "lifecycle.parked":
      return reason.message === "retired" ? "It is retired: nothing is expected of it." : "It is parked: nothing is expected of it for now.";
    case "connection.stale":
      return `${reason.connectionName ?? "Its connection"} ${at === null ? "was never read" : `was last read ${at} ago`}, so nobody can tell.${reason.message ? ` ${sentence(reason.message)}` : ""}${age === null ? "" : ` The newest data seen then is ${age} old.`}`;
    case "system.empty":
      return count === 0 ? "It owns no resources, so nothing of it is protected." : "None of its resources is required, so nothing of it is judged.";
    case "system.pending":
      return "It has not been judged yet.";
    case "objective.none":
      return `It belongs to no system, so no objective applies. Its newest restorable data is ${age} old.`;
    case "point.none":
      if (!reason.covered) return "No schedule covers it and nothing of it can be restored.";
      return `Nothing of it can be restored yet.${reason.at ? ` Its first run should be done in ${ageText((Date.parse(reason.at) - now.getTime()) / 1_000)}.` : ""}`;
    case "runs.missed":
      if (reason.state === "at_risk")
        return `${plural(count, "run")} ${count === 1 ? "was" : "were"} due and never came; the data is ${age} old${rpo === null ? "" : ` of ${rpo}`}.`;
      return `${age === null ? "Never backed up" : `No backup for ${age}`}: ${runs(count)} ${count === 1 ? "was" : "were"} due and never started.`;
    case "runs.failed":
      return `${count === 1 ? "The last run" : `The last ${numeral(count)} runs`} failed${reason.message ? `: ${sentence(reason.message)}` : "."}${reason.state === "breached" && age !== null ? ` The newest good data is ${age} old.` : ""}`;
    case "proof.failed":
      return `The newest data failed its verification ${at} ago. ${age === null ? "There is no good data before it." : `The last good data is ${age} old.`}`;
    case "rpo.breached":
      return `The newest restorable data is ${age} old; the RPO is ${rpo}.`;
    case "rpo.close":
      return `The newest restorable data is ${age} old, over 80 % of the RPO of ${rpo}.`;
    case "proof.stale":
      return `Not restored and checked for ${at}; the cadence is ${durationText(reason.cadenceSeconds ?? 0)}.`;
    case "proof.never":
      return `Never restored and checked; the cadence is ${durationText(reason.cadenceSeconds ?? 0)}.`;
    case "resource.vanished":
      return `Its provider has not shown it for ${at}: it may have been deleted.`;
    case "rpo.within":
      return `The newest restorable data is ${age} old, within the RPO of ${rpo}.${at === null ? "" : ` It was restored and checked ${at} ago.`}`;
  }
}

export type NextStep = { label: string; href: string };

/** The one thing to do about a reason, and where. */
export function nextStep(reason: Reason, systemId: string | null): NextStep | null {
  const page = systemId ? `/systems/${systemId}` : null;
  const resource = reason.resourceId ?? "";
  switch (reason.rule) {
    case "connection.stale":
      return { label: "Open connection", href: `/settings/connections/${reason.connectionId ?? ""}` };
    case "runs.failed":
      return reason.jobId
        ? { label: "See error", href: `/jobs/${reason.jobId}` }
        : page === null ? null : { label: "See runs", href: `${page}#jobs` };
    case "runs.missed":
      return page === null ? null : { label: "See runs", href: `${page}#runs` };
    case "system.empty":
      return systemId ? { label: "Assign resources", href: `/systems/unassigned?system=${systemId}` } : null;
    case "objective.none":
      return { label: "Assign it", href: "/systems/unassigned" };
    case "point.none":
    case "rpo.breached":
    case "rpo.close":
      return page === null ? null : { label: "Back up now", href: `${page}#resource-${resource}` };
    case "proof.failed":
    case "proof.stale":
    case "proof.never":
      return systemId ? { label: "Test a restore", href: `/restores/new?system=${systemId}&resource=${resource}` } : null;
    case "resource.vanished":
      return page === null ? null : { label: "See resource", href: `${page}#resource-${resource}` };
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
  "rpo.breached": "The age of the newest usable data, counted from its own moment, is above the RPO.",
  "rpo.close": "The age of the newest usable data is above 80 % of the RPO.",
  "proof.stale": "The newest passed restore is older than the tier's cadence.",
  "proof.never": "No restore was ever checked.",
  "resource.vanished": "Its provider no longer lists it.",
  "rpo.within": "The age of the newest usable data is within the RPO, and a restore was checked within the cadence.",
};
