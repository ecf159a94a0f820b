import { ageText, durationText, plural } from "@/lib/core/words";
import { isAllowedIn } from "@/lib/systems/rules";
import type { Verdict } from "./rules";

/** What the pre-flight looks at: what the provider answered and what we know ourselves. */
export type PreflightFacts = {
  now: Date;
  point: {
    continuous: boolean;
    status: string;
    rawStatus: string;
    expiresAt: Date | null;
    dataAsOf: Date | null;
    storageClass: "warm" | "cold" | "deleted";
    malware: "not_scanned" | "clean" | "infected" | "unknown";
  };
  restoreTime: Date | null;
  window: { earliestAt: Date; latestAt: Date } | null;
  targetName: string;
  nameTaken: boolean;
  createsNew: boolean;
  /** Where the restored data will lie, and the regions its system may keep data in; none of them means anywhere. */
  targetRegion: string;
  allowedRegions: readonly string[];
  actRole: boolean;
  serviceRole: boolean;
  lastProof: { at: Date; passed: boolean; level: string } | null;
  dependents: readonly string[];
  measuredSeconds: readonly number[];
  rtoSeconds: number | null;
  assertions: number;
  probe: boolean;
  notRestored: readonly string[];
  readAgeSeconds: number | null;
};

const ok = (id: string, title: string, detail: string): Verdict => ({ id, title, verdict: "ok", detail, remedy: null });
const warn = (id: string, title: string, detail: string, remedy: string | null = null): Verdict => ({
  id,
  title,
  verdict: "warn",
  detail,
  remedy,
});
const bad = (id: string, title: string, detail: string, remedy: string): Verdict => ({
  id,
  title,
  verdict: "bad",
  detail,
  remedy,
});

const utc = (at: Date) => `${at.toISOString().slice(0, 19).replace("T", " ")} UTC`;

/** The moment whose data comes back: the chosen one, the latest of a stream, or the snapshot's own. */
export const momentOf = ({
  point,
  restoreTime,
  window,
}: Pick<PreflightFacts, "point" | "restoreTime" | "window">): Date | null =>
  restoreTime ?? (point.continuous ? (window?.latestAt ?? null) : point.dataAsOf);

/** Every line of the pre-flight, in the order people read it: what is lost first, what stops it, what to know. */
export function judge(facts: PreflightFacts): Verdict[] {
  return [
    lost(facts),
    pointVerdict(facts),
    ...momentVerdict(facts),
    nameVerdict(facts),
    ...regionVerdict(facts),
    roleVerdict(facts),
    proofVerdict(facts),
    timeVerdict(facts),
    dependentsVerdict(facts),
    checksVerdict(facts),
    ...leftOut(facts),
    ...freshness(facts),
  ];
}

function lost(facts: PreflightFacts): Verdict {
  const moment = momentOf(facts);
  if (!moment) return warn("loss", "What is lost", "The provider does not say what moment this point stands for.");
  const seconds = Math.max(0, Math.floor((facts.now.getTime() - moment.getTime()) / 1_000));
  const kept = facts.createsNew ? " The source stays as it is." : "";
  return ok("loss", "What is lost", `Everything written after ${utc(moment)}: ${durationText(seconds)}.${kept}`);
}

function pointVerdict({ point, now }: PreflightFacts): Verdict {
  const title = "Recovery point";
  if (point.malware === "infected")
    return bad("point", title, "Malware was found in this point.", "Choose an older point that is clean.");
  if (point.status === "expired" || (point.expiresAt && point.expiresAt <= now))
    return bad("point", title, "It has expired at the provider.", "Choose another point.");
  if (point.status !== "available" && point.status !== "stopped")
    return bad("point", title, `The provider calls it ${point.rawStatus}.`, "Choose another point.");
  if (point.storageClass === "cold")
    return warn(
      "point",
      title,
      "It lies in cold storage: bringing it back adds about 4 hours.",
      "Choose a warm point if time matters.",
    );
  const left = point.expiresAt ? Math.floor((point.expiresAt.getTime() - now.getTime()) / 1_000) : null;
  if (left !== null && left < 86_400)
    return warn("point", title, `It expires in ${durationText(left)}: approvals have to come before that.`);
  return ok("point", title, "It is there and can be restored.");
}

function momentVerdict({ restoreTime, window }: PreflightFacts): Verdict[] {
  if (!restoreTime) return [];
  if (!window) return [bad("moment", "Point in time", "There is no living continuous backup.", "Choose a snapshot.")];
  const span = `${utc(window.earliestAt)} to ${utc(window.latestAt)}`;
  const inside = restoreTime >= window.earliestAt && restoreTime <= window.latestAt;
  return [
    inside
      ? ok("moment", "Point in time", `Inside the restore window: ${span}.`)
      : bad("moment", "Point in time", `Outside the restore window: ${span}.`, "Choose a moment inside it."),
  ];
}

const nameVerdict = ({ nameTaken, targetName, createsNew }: PreflightFacts): Verdict => {
  if (nameTaken && createsNew)
    return bad(
      "name",
      "Target's name",
      `${targetName} exists already: the provider would refuse it.`,
      "Choose another name in step 3.",
    );
  return ok(
    "name",
    "Target's name",
    createsNew ? `${targetName} is free; nothing is overwritten.` : `${targetName} is the place that is written to.`,
  );
};

/** A restored database is one more copy: where data may be kept binds it too (continuity.md §4). */
function regionVerdict({ targetRegion, allowedRegions }: PreflightFacts): Verdict[] {
  const title = "Where data may be kept";
  if (allowedRegions.length === 0) return [];
  return [
    isAllowedIn(allowedRegions, targetRegion)
      ? ok("region", title, `${targetRegion} is one of the regions that this system's data may be kept in.`)
      : warn(
          "region",
          title,
          `The target would lie in ${targetRegion}. This system's data may be kept in ${allowedRegions.join(", ")} alone.`,
          "Restore from a copy that lies in one of these, or say in the reason why it must be here.",
        ),
  ];
}

function roleVerdict({ actRole, serviceRole }: PreflightFacts): Verdict {
  const title = "Roles";
  const where = "An administrator adds it in Settings, Connections.";
  if (!actRole)
    return bad("roles", title, "This connection has no act role: Holdfast may read here, not restore.", where);
  if (!serviceRole)
    return bad("roles", title, "This connection names no service role for the provider to restore with.", where);
  return ok("roles", title, "Holdfast may start the restore, and the provider has a role to do it with.");
}

function proofVerdict({ lastProof, now }: PreflightFacts): Verdict {
  if (!lastProof) return warn("proof", "Proof", "Nothing of this resource has ever been restored and checked.");
  const age = ageText(Math.floor((now.getTime() - lastProof.at.getTime()) / 1_000));
  if (!lastProof.passed)
    return warn(
      "proof",
      "Proof",
      `The last check of a restored copy failed ${age} ago.`,
      "Look at that restore before you rely on this one.",
    );
  return ok("proof", "Proof", `A point of this resource was ${lastProof.level} ${age} ago.`);
}

function timeVerdict({ measuredSeconds, rtoSeconds }: PreflightFacts): Verdict {
  const title = "Time it takes";
  const against = rtoSeconds ? `; the RTO is ${durationText(rtoSeconds)}` : "";
  if (measuredSeconds.length === 0)
    return warn("time", title, `No restore of this system has been measured yet${against}.`);
  const sorted = [...measuredSeconds].sort((a, b) => a - b);
  const [least, most] = [sorted[0] ?? 0, sorted.at(-1) ?? 0];
  const from = `from ${plural(measuredSeconds.length, "measured restore")}${against}`;
  const span = least === most ? durationText(least) : `${durationText(least)} to ${durationText(most)}`;
  return rtoSeconds && most > rtoSeconds
    ? warn("time", title, `${span}, ${from}: it may not be met.`)
    : ok("time", title, `${span}, ${from}.`);
}

const dependentsVerdict = ({ dependents, createsNew }: PreflightFacts): Verdict =>
  dependents.length === 0
    ? ok("dependents", "Dependents", "No system is known to need this one.")
    : warn(
        "dependents",
        "Dependents",
        `${dependents.slice(0, 5).join(", ")} ${dependents.length === 1 ? "needs" : "need"} this system${createsNew ? ": they stay on the old one until you switch them" : ""}.`,
      );

function checksVerdict({ assertions, probe }: PreflightFacts): Verdict {
  const title = "Checks after";
  if (assertions === 0)
    return warn(
      "checks",
      title,
      "Nothing is checked after the restore: this system has no assertions.",
      "Add assertions on the system's page.",
    );
  if (!probe)
    return warn(
      "checks",
      title,
      "This connection has no credential for validation, so its assertions cannot be asked.",
      "An administrator adds it in Settings, Connections.",
    );
  return ok("checks", title, `${plural(assertions, "assertion")} will be asked of the restored database.`);
}

const leftOut = ({ notRestored }: PreflightFacts): Verdict[] =>
  notRestored.length ? [warn("left-out", "Not restored", notRestored.join(" "))] : [];

const freshness = ({ readAgeSeconds }: PreflightFacts): Verdict[] =>
  readAgeSeconds === null || readAgeSeconds > 900
    ? [
        warn(
          "fresh",
          "What we know",
          readAgeSeconds === null
            ? "This connection has never been read to the end."
            : `This connection was last read ${ageText(readAgeSeconds)} ago.`,
          "Read it again in Settings, Connections.",
        ),
      ]
    : [];
