import { plural } from "@/lib/core/words";
import type { AuditBody } from "./schema";

export type Detail = AuditBody["detail"];

type Phrase = {
  /** What was done, in the past. */
  did: (target: string, detail: Detail) => string;
  /** What was tried, after "to". */
  to: string;
  /** The person it is about did it themselves, before anybody was signed in. */
  byTarget?: boolean;
};

const textOf = (detail: Detail, key: string) => (typeof detail[key] === "string" ? detail[key] : "");
const countOf = (detail: Detail, key = "count") => {
  const value = detail[key];
  return typeof value === "number" ? value : Array.isArray(value) ? value.length : 0;
};
const quoted = (text: string) => (text ? ` “${text}”` : "");
const roleOf = (detail: Detail) => textOf(detail, "role").replaceAll("_", " ");
const because = (detail: Detail, key: string) => (textOf(detail, key) ? `: ${textOf(detail, key)}` : "");
const onTarget =
  (verb: string): Phrase["did"] =>
  (target) =>
    `${verb} ${target}`;

const factorWords: Record<string, string> = { passkey: "passkey", totp: "authenticator app" };
const factorOf = (detail: Detail) => factorWords[textOf(detail, "kind")] ?? "factor";

const peoplePhrases: Record<string, Phrase> = {
  "wall.add": { did: (_, d) => `added the wall display${quoted(textOf(d, "name"))}`, to: "add a wall display" },
  "wall.renew_code": {
    did: (_, d) => `made a new pairing code for the wall display${quoted(textOf(d, "name"))}`,
    to: "make a pairing code for a wall display",
  },
  "wall.pair": {
    did: (_, d) => `paired a browser with the wall display${quoted(textOf(d, "name"))}`,
    to: "pair a browser with a wall display",
  },
  "wall.revoke": {
    did: (_, d) => `took the wall display${quoted(textOf(d, "name"))} off`,
    to: "take a wall display off",
  },
  "session.open": { did: () => "gave the right password", to: "sign in with a password", byTarget: true },
  "session.vouch": {
    did: () => "came in through the identity provider",
    to: "come in through the identity provider",
    byTarget: true,
  },
  "session.confirm": { did: () => "signed in with a second factor", to: "show a second factor" },
  "session.close": { did: () => "signed out", to: "sign out" },
  "session.end": { did: (_, d) => `ended a session of their own${quoted(textOf(d, "label"))}`, to: "end a session" },
  "session.end_all": {
    did: (_, d) => `ended ${plural(countOf(d, "ended"), "session")} of their own`,
    to: "end all their sessions",
  },
  "step_up.finish": { did: () => "confirmed it was them", to: "confirm it was them" },
  "factor.add": { did: (_, d) => `began to add the ${factorOf(d)}${quoted(textOf(d, "name"))}`, to: "add a factor" },
  "factor.confirm": { did: (_, d) => `confirmed a new ${factorOf(d)}`, to: "confirm a new factor" },
  "factor.remove": { did: (_, d) => `removed the ${factorOf(d)}${quoted(textOf(d, "name"))}`, to: "remove a factor" },
  "factor.rename": { did: (_, d) => `renamed a factor to${quoted(textOf(d, "name"))}`, to: "rename a factor" },
  "person.invite": {
    did: (target, d) =>
      d.first === true
        ? "invited the first administrator"
        : `invited ${textOf(d, "displayName") || target}${roleOf(d) ? ` as ${roleOf(d)}` : ""}`,
    to: "invite somebody",
  },
  "person.reissue": { did: (target) => `gave ${target} a new enrolment code`, to: "give out an enrolment code" },
  "factor.reset": {
    did: (_, d) => `replaced the ${factorOf(d)}${quoted(textOf(d, "name"))}, by an enrolment code`,
    to: "replace a factor",
  },
  "factor.suspect": {
    did: (_, d) => `locked the ${factorOf(d)}${quoted(textOf(d, "name"))}, which answered as a copy would`,
    to: "lock a factor",
  },
  "recovery_code.use": {
    did: (_, d) => `used a recovery code; ${countOf(d, "left")} are left`,
    to: "use a recovery code",
  },
  "recovery_code.renew": { did: () => "made new recovery codes", to: "make new recovery codes" },
  "person.change_password": { did: () => "changed their password", to: "change their password" },
  "person.enroll": {
    did: (_, d) =>
      textOf(d, "step") === "factor" ? "set up their first factor" : "used an enrolment code and set a password",
    to: "use an enrolment code",
    byTarget: true,
  },
  "person.seed": { did: onTarget("entered"), to: "enter a person" },
  "person.disable": {
    did: (target, d) => `shut ${target} out${because(d, "reason")}`,
    to: "shut somebody out",
  },
  "person.enable": { did: onTarget("let back in"), to: "let somebody back in" },
  "person.end_sessions": {
    did: (target, d) => `ended ${plural(countOf(d, "ended"), "session")} of ${target}${because(d, "reason")}`,
    to: "end somebody's sessions",
  },
  "person.erase": { did: () => "erased the name and address of a person", to: "erase a person" },
  "person.set_preferences": { did: () => "changed how things look to them", to: "change their preferences" },
  "people.end_sessions": {
    did: (_, d) => `ended everybody's sessions, ${countOf(d, "ended")} in all${because(d, "reason")}`,
    to: "end everybody's sessions",
  },
  "person.join": {
    did: (target) => `let ${target} in through the identity provider, without any right`,
    to: "let somebody new in",
  },
  "person.link_identity": {
    did: (target, d) => `linked the identity ${textOf(d, "subject")} to ${target}`,
    to: "link an identity",
  },
  "person.unlink_identity": {
    did: (target, d) => `took the identity ${textOf(d, "subject")} from ${target}`,
    to: "take an identity away",
  },
  "session.end_by_provider": {
    did: (_, d) => `ended ${plural(countOf(d, "ended"), "session")} at the word of the identity provider`,
    to: "end sessions at the word of the identity provider",
  },
  "role.map": {
    did: (_, d) => `made the value${quoted(textOf(d, "value"))} worth the role ${roleOf(d)}`,
    to: "map a claim to a role",
  },
  "role.unmap": {
    did: (_, d) => `stopped the value${quoted(textOf(d, "value"))} from being worth the role ${roleOf(d)}`,
    to: "remove a role mapping",
  },
  "role.give": { did: (target, d) => `gave ${target} the role ${roleOf(d)}`, to: "give a role" },
  "role.take": { did: (target, d) => `took the role ${roleOf(d)} from ${target}`, to: "take a role away" },
};

const notificationPhrases: Record<string, Phrase> = {
  "person.read_notifications": {
    did: (_, d) => `marked ${plural(countOf(d), "notification")} as read`,
    to: "mark a notification as read",
  },
};

const settled: Record<string, string> = {
  succeeded: "and every check passed",
  partial: "and not all of it is well",
  failed: "and it failed",
};

const restorePhrases: Record<string, Phrase> = {
  "restore.begin": { did: onTarget("began to plan a restore of"), to: "plan a restore" },
  "restore.draft.what": { did: (target) => `chose what to restore of ${target}`, to: "change a restore's plan" },
  "restore.draft.when": { did: (target) => `chose the moment ${target} goes back to`, to: "change a restore's plan" },
  "restore.draft.form": {
    did: (target) => `read from the provider how ${target} is restored`,
    to: "read how something is restored",
  },
  "restore.draft.where": {
    did: (target, d) => `chose where ${target} is restored to${quoted(textOf(d, "targetName"))}`,
    to: "change a restore's plan",
  },
  "restore.preflight": {
    did: (target, d) =>
      `checked the plan for ${target}: ${d.blocked === true ? "it cannot run as it stands" : "nothing stands in its way"}`,
    to: "check a restore's plan",
  },
  "restore.submit": {
    did: (target, d) =>
      `asked to restore ${target}, at level ${countOf(d, "level")}${d.state === "approved" ? ", which needs no vote" : ""}`,
    to: "ask for a restore",
  },
  "restore.revise": { did: (target) => `took the plan for ${target} back to change it`, to: "revise a restore" },
  "restore.cancel": {
    did: (target, d) => `withdrew the restore of ${target}${because(d, "reason")}`,
    to: "cancel a restore",
  },
  "restore.start": { did: onTarget("started the restore of"), to: "start a restore" },
  "restore.dispatch.intent": {
    did: (target, d) => `took on to call the provider for ${target}, attempt ${countOf(d, "attempt")}`,
    to: "take on a restore",
  },
  "restore.dispatch.send": { did: onTarget("sent the provider the order to restore"), to: "send an order" },
  "restore.dispatch.accepted": {
    did: (target, d) =>
      `${d.adopted === true ? "found the provider's job" : "had the order taken by the provider"} for ${target}: job ${textOf(d, "jobRef")}`,
    to: "write down the provider's answer",
  },
  "restore.dispatch.refused": {
    did: (target, d) => `was refused the restore of ${target} by the provider${because(d, "message")}`,
    to: "write down the provider's refusal",
  },
  "restore.dispatch.unknown": {
    did: (target, d) => `had no clear answer from the provider about ${target}${because(d, "message")}`,
    to: "write down a missing answer",
  },
  "restore.run.restored": {
    did: (target) => `saw the provider finish the restore of ${target}`,
    to: "follow a restore",
  },
  "restore.run.failed": {
    did: (target, d) => `saw the provider's restore of ${target} fail${because(d, "message")}`,
    to: "follow a restore",
  },
  "restore.run.validated": {
    did: (target, d) => `checked what was restored of ${target}, ${settled[textOf(d, "state")] ?? "and noted it"}`,
    to: "check what was restored",
  },
  "restore.assertion.save": {
    did: (_, d) => `saved the assertion${quoted(textOf(d, "name"))}`,
    to: "save an assertion",
  },
  "restore.assertion.remove": {
    did: (_, d) => `removed the assertion${quoted(textOf(d, "name"))}`,
    to: "remove an assertion",
  },
  "approval.vote": {
    did: (target, d) =>
      `${textOf(d, "verdict") === "reject" ? "refused" : "approved"} the request about ${target}${d.onBehalfOf ? " in another's place" : ""}${d.reason ? `, saying${quoted(textOf(d, "reason"))}` : ""}`,
    to: "vote on a request",
  },
  "approval.expire": {
    did: (target, d) =>
      textOf(d, "state") === "pending"
        ? `had the request about ${target} wait again, because votes on it no longer count`
        : `closed the request about ${target}, which nobody decided or started in time`,
    to: "close requests that ran out",
  },
  "approval.remind": {
    did: (target, d) => `reminded people of the request about ${target} at ${countOf(d, "part")} % of its time`,
    to: "remind people of a request",
  },
  "approval.withdraw": { did: onTarget("took back their vote on the request about"), to: "take a vote back" },
  "approval.break_glass": {
    did: (target, d) => `forced the request about ${target} past its votes for ${textOf(d, "incidentRef")}`,
    to: "force a request past its votes",
  },
  "approval.review": {
    did: (target, d) =>
      `${textOf(d, "outcome") === "flagged" ? "flagged" : "found in order"} the forced request about ${target}${quoted(textOf(d, "note"))}`,
    to: "review a forced request",
  },
};

const actionWords = (detail: Detail) => textOf(detail, "change").replaceAll(/[._]/g, " ");

const governancePhrases: Record<string, Phrase> = {
  "change.propose": {
    did: (_, d) => `asked others to agree to a change of the rules (${actionWords(d)})`,
    to: "ask for a change of the rules",
  },
  "change.apply": {
    did: (_, d) => `applied an approved change of the rules (${actionWords(d)})`,
    to: "apply a change of the rules",
  },
  "change.hand_over": {
    did: (_, d) => `gave an approved change of the rules to the worker (${actionWords(d)})`,
    to: "give a change of the rules to the worker",
  },
  "change.hand_back": {
    did: (_, d) => `did not apply a change of the rules, which waits again${because(d, "reason")}`,
    to: "give a change of the rules back",
  },
  "change.refuse": {
    did: (_, d) => `refused to apply a change of the rules for good${because(d, "reason")}`,
    to: "refuse a change of the rules",
  },
  "change.withdraw": { did: () => "took back a change of the rules that was asked for", to: "take back a change" },
  "approval.policy": {
    did: (_, d) => `put version ${countOf(d, "version")} of the approval policy into force`,
    to: "change who must approve what",
  },
  "approval.place.add": {
    did: (_, d) => `called ${textOf(d, "account")}, ${textOf(d, "region")} isolated`,
    to: "call a place isolated",
  },
  "approval.place.remove": {
    did: () => "took a place off the isolated ones",
    to: "take a place off the isolated ones",
  },
  "installation.single_operator": {
    did: (_, d) => (d.on === true ? "let one person work alone" : "had several people asked again"),
    to: "switch single-operator mode",
  },
  "installation.govern": {
    did: () => "closed the set-up: enough people can vote, and nobody changes the rules alone any more",
    to: "close the set-up",
  },
  "installation.reopen": {
    did: (_, d) => `opened the set-up again, because too few were left to agree${because(d, "reason")}`,
    to: "open the set-up again",
  },
  "freeze.set": { did: (_, d) => `froze all restores${because(d, "reason")}`, to: "freeze all restores" },
  "freeze.release": { did: () => "let restores start again", to: "let restores start again" },
  "approval.delegate": {
    did: (_, d) =>
      `gave away the vote of the ${textOf(d, "group").replaceAll("_", " ")} for ${plural(countOf(d, "days"), "day")}${quoted(textOf(d, "reason"))}`,
    to: "give a vote away",
  },
  "approval.undelegate": { did: () => "ended a vote's being given away", to: "end a vote's being given away" },
  "approval.drill.start": { did: () => "began a readiness drill for approvers", to: "begin a readiness drill" },
  "approval.drill.answer": { did: () => "showed in a drill that they could vote", to: "answer a readiness drill" },
};

const backupPhrases: Record<string, Phrase> = {
  "backup.start": {
    did: (target, d) => `asked for a backup of ${target} now, into ${textOf(d, "vault")}`,
    to: "start a backup",
  },
  "backup.dispatch.intent": { did: onTarget("took on to call the provider for a backup of"), to: "take on a backup" },
  "backup.dispatch.send": { did: onTarget("sent the provider the order to back up"), to: "send an order" },
  "backup.dispatch.accepted": {
    did: (target, d) => `had the backup of ${target} taken by the provider: job ${textOf(d, "jobRef")}`,
    to: "write down the provider's answer",
  },
  "backup.dispatch.refused": {
    did: (target, d) => `was refused the backup of ${target} by the provider${because(d, "message")}`,
    to: "write down the provider's refusal",
  },
  "backup.dispatch.unknown": {
    did: (target, d) => `had no clear answer from the provider about the backup of ${target}${because(d, "message")}`,
    to: "write down a missing answer",
  },
  "backup.run.ended": {
    did: (target, d) =>
      `saw the backup of ${target} end: ${textOf(d, "state").replaceAll("_", " ")}${textOf(d, "message") ? `, ${textOf(d, "message")}` : ""}`,
    to: "follow a backup",
  },
};

const fieldsOf = (detail: Detail) => {
  const changed = Array.isArray(detail.changed) ? detail.changed : [];
  const names = changed.flatMap((change: unknown) =>
    typeof change === "object" && change !== null && "field" in change ? [String(change.field)] : [],
  );
  return names.length === 0 ? "" : ` (${names.slice(0, 6).join(", ")}${names.length > 6 ? ", …" : ""})`;
};

const estatePhrases: Record<string, Phrase> = {
  "system.create": { did: (target, d) => `added the system ${textOf(d, "name") || target}`, to: "add a system" },
  "system.edit": { did: (target, d) => `changed the system ${target}${fieldsOf(d)}`, to: "change a system" },
  "system.classify": {
    did: (target, d) => `put ${plural(countOf(d), "system")} into ${target}`,
    to: "put systems into a tier",
  },
  "system.own": {
    did: (target, d) => `gave ${plural(countOf(d), "system")} to ${target}`,
    to: "give systems to a team",
  },
  "exclusion.add": {
    did: (target, detail) => `planned maintenance of ${target} that does not count${because(detail, "reason")}`,
    to: "plan maintenance that does not count",
  },
  "exclusion.end": {
    did: (target, detail) => `ended maintenance of ${target} that did not count${because(detail, "reason")}`,
    to: "end maintenance that does not count",
  },
  "system.depend": {
    did: (target, d) => `wrote down that ${target} needs ${textOf(d, "needsName") || "another system"}`,
    to: "add a dependency",
  },
  "system.undepend": {
    did: (target, d) => `ended that ${target} needs ${textOf(d, "needsName") || "another system"}`,
    to: "end a dependency",
  },
  "import.open": {
    did: (_, d) => `began to bring in ${plural(countOf(d, "rows"), "system")} from${quoted(textOf(d, "fileName"))}`,
    to: "bring in a table of systems",
  },
  "import.stage": {
    did: (_, d) => `sent ${plural(countOf(d, "lines"), "line")} of a table`,
    to: "send lines of a table",
  },
  "import.check": { did: (_, d) => `checked a table of ${plural(countOf(d, "rows"), "line")}`, to: "check a table" },
  "import.commit": {
    did: (_, d) =>
      `brought in a table: ${plural(countOf(d, "created"), "system")} created, ${countOf(d, "changed")} changed`,
    to: "bring in a table of systems",
  },
  "system.rule_add": {
    did: (target, d) => `gave ${target} a rule for the tag ${textOf(d, "tagKey")}=${textOf(d, "tagValue")}`,
    to: "add a tag rule",
  },
  "system.rule_remove": { did: (target) => `removed a tag rule of ${target}`, to: "remove a tag rule" },
  "resource.assign": {
    did: (target, d) => `assigned ${plural(countOf(d), "resource")} to ${target}`,
    to: "assign resources",
  },
  "resource.release": {
    did: (target, d) => `took ${plural(countOf(d, "released"), "resource")} out of ${target}`,
    to: "take resources out of a system",
  },
  "resource.require": {
    did: (target, d) =>
      `made a resource of ${target} ${d.required === true ? "count" : "not count"} towards its health`,
    to: "change what a system needs",
  },
  "tier.edit": { did: (target, d) => `changed what ${target} promises${fieldsOf(d)}`, to: "change a tier" },
  "demo.seed": { did: () => "laid out the demo's company", to: "lay out a demo" },
};

const formats: Record<string, string> = {
  bundle: " as a bundle",
  csv: " as CSV",
  ocsf: " as OCSF",
  ndjson: " as NDJSON",
};

const auditPhrases: Record<string, Phrase> = {
  "audit.export": {
    did: (_, d) => `exported ${plural(countOf(d), "event")} of this log${formats[textOf(d, "format")] ?? ""}`,
    to: "export this log",
  },
  "audit.rotate_key": {
    did: (_, d) => `put key ${textOf(d, "to")} in force for this log; ${textOf(d, "from")} handed over`,
    to: "rotate this log's key",
  },
  "audit.verify": { did: () => "had this log verified", to: "have this log verified" },
  "audit.verified": {
    did: (_, d) => `verified ${plural(countOf(d), "event")} of this log: all of it holds`,
    to: "verify this log",
  },
  "audit.denied_many": {
    did: (_, d) => `counted ${plural(countOf(d), "further denied attempt")} to do “${textOf(d, "action")}”`,
    to: "count denied attempts",
  },
};

const syncWords: Record<string, string> = { full: "in full", restorable: "for its latest restorable times" };

const connectionPhrases: Record<string, Phrase> = {
  "connection.create": {
    did: (target, d) => `added the connection ${textOf(d, "name") || target} to account ${textOf(d, "account")}`,
    to: "add a connection",
  },
  "connection.edit": {
    did: (target, d) => `changed the connection ${target}${fieldsOf(d)}`,
    to: "change a connection",
  },
  "connection.change_state": {
    did: (target, d) => `switched the connection ${target} ${textOf(d, "state") === "disabled" ? "off" : "on"}`,
    to: "switch a connection on or off",
  },
  "connection.sync": {
    did: (target, d) => `had ${target} read ${syncWords[textOf(d, "kind")] ?? "for what is new"}`,
    to: "have a connection read",
  },
  "connection.check": { did: (target) => `had the roles of ${target} checked`, to: "check a connection's roles" },
};

const viewPhrases: Record<string, Phrase> = {
  "view.save": { did: (_, d) => `saved the view${quoted(textOf(d, "name"))}`, to: "save a view" },
  "view.edit": { did: (_, d) => `changed the view${quoted(textOf(d, "name"))}`, to: "change a view" },
  "view.delete": { did: (_, d) => `deleted the view${quoted(textOf(d, "name"))}`, to: "delete a view" },
};

/** How each action of the product is told. */
export const phrases: Record<string, Phrase> = {
  ...peoplePhrases,
  ...notificationPhrases,
  ...restorePhrases,
  ...governancePhrases,
  ...backupPhrases,
  ...connectionPhrases,
  ...estatePhrases,
  ...auditPhrases,
  ...viewPhrases,
};
