import type { AuditBody } from "./schema";

/** The schema version that the mapping was made for. */
const ocsfVersion = "1.4.0";

type OcsfClass = { uid: number; name: string; category: number; categoryName: string };

const iam = { category: 3, categoryName: "Identity & Access Management" } as const;
const accountChange: OcsfClass = { uid: 3_001, name: "Account Change", ...iam };
const authentication: OcsfClass = { uid: 3_002, name: "Authentication", ...iam };
const entityManagement: OcsfClass = { uid: 3_004, name: "Entity Management", ...iam };
const userAccess: OcsfClass = { uid: 3_005, name: "User Access Management", ...iam };
const apiActivity: OcsfClass = { uid: 6_003, name: "API Activity", category: 6, categoryName: "Application Activity" };

type Activity = readonly [id: number, name: string];
const create: Activity = [1, "Create"];
const readIt: Activity = [2, "Read"];
const update: Activity = [3, "Update"];
const remove: Activity = [4, "Delete"];
const other: Activity = [99, "Other"];

type Mapping = { class: OcsfClass; activity: Activity };

/** Actions that OCSF has a word of its own for. */
const named: Record<string, Mapping> = {
  "session.open": { class: authentication, activity: [1, "Logon"] },
  "session.confirm": { class: authentication, activity: [1, "Logon"] },
  "session.close": { class: authentication, activity: [2, "Logoff"] },
  "session.end": { class: authentication, activity: [2, "Logoff"] },
  "session.end_all": { class: authentication, activity: [2, "Logoff"] },
  "person.end_sessions": { class: authentication, activity: [2, "Logoff"] },
  "people.end_sessions": { class: authentication, activity: [2, "Logoff"] },
  "step_up.finish": { class: authentication, activity: other },
  "factor.add": { class: accountChange, activity: [10, "MFA Factor Enable"] },
  "factor.confirm": { class: accountChange, activity: [10, "MFA Factor Enable"] },
  "factor.remove": { class: accountChange, activity: [11, "MFA Factor Disable"] },
  "person.invite": { class: accountChange, activity: create },
  "person.seed": { class: accountChange, activity: create },
  "person.enroll": { class: accountChange, activity: [2, "Enable"] },
  "person.enable": { class: accountChange, activity: [2, "Enable"] },
  "person.reissue": { class: accountChange, activity: [4, "Password Reset"] },
  "person.disable": { class: accountChange, activity: [5, "Disable"] },
  "person.erase": { class: accountChange, activity: [6, "Delete"] },
  "role.give": { class: userAccess, activity: [3, "Assign Role"] },
  "role.take": { class: userAccess, activity: [4, "Remove Role"] },
  "audit.export": { class: apiActivity, activity: readIt },
  "audit.verify": { class: apiActivity, activity: readIt },
};

const classByArea: Record<string, OcsfClass> = {
  person: accountChange,
  people: accountChange,
  factor: accountChange,
  recovery_code: accountChange,
  session: authentication,
  step_up: authentication,
  role: userAccess,
  policy: entityManagement,
  tier: entityManagement,
  connection: entityManagement,
  system: entityManagement,
  resource: entityManagement,
  team: entityManagement,
  change: entityManagement,
};

const creates = /\.(create|add|begin|submit|start|propose|assign|rule_add|depend)$/;
const removes = /\.(remove|delete|cancel|withdraw|release|rule_remove|undepend)$/;

function activityOf(action: string, ofClass: OcsfClass): Activity {
  if (ofClass !== entityManagement && ofClass !== apiActivity) return other;
  if (creates.test(action)) return create;
  return removes.test(action) ? remove : update;
}

function mappingOf(action: string): Mapping {
  const known = Object.hasOwn(named, action) ? named[action] : undefined;
  if (known) return known;
  const ofClass = classByArea[action.split(".")[0] ?? ""] ?? apiActivity;
  return { class: ofClass, activity: activityOf(action, ofClass) };
}

/** 5 is critical, 3 medium, 2 low, 1 informational. */
function severityOf({ action, outcome, breakGlass }: AuditBody): readonly [number, string] {
  if (breakGlass || action === "approval.break_glass") return [5, "Critical"];
  if (outcome === "denied") return [3, "Medium"];
  return outcome === "failure" ? [2, "Low"] : [1, "Informational"];
}

/** Where an event stands in the sealed log, where it is sealed. */
export type Place = { seq: number | null; leafHex: string; checkpoint: number | null };

const factorOf = (amr: readonly string[]) =>
  amr.map((way) => ({ factor_type: way === "pop" ? "WebAuthn" : way === "otp" ? "OTP" : "Password" }));

/** An event in OCSF's words; what OCSF has no word for stands in `unmapped`, and the seal in `enrichments`. */
export function toOcsf(
  body: AuditBody,
  sentence: string,
  { seq, leafHex, checkpoint }: Place,
): Record<string, unknown> {
  const { class: ofClass, activity } = mappingOf(body.action);
  const [severityId, severity] = severityOf(body);
  const { actor, target } = body;
  const isUser = actor.type === "user";
  const amr = actor.amr ?? [];
  const user = { uid: actor.id, type_id: isUser ? 1 : 3, type: isUser ? "User" : "System" };
  const subject = target.type === "user" ? { uid: target.id, type_id: 1, type: "User" } : user;
  return {
    activity_id: activity[0],
    activity_name: activity[1],
    category_uid: ofClass.category,
    category_name: ofClass.categoryName,
    class_uid: ofClass.uid,
    class_name: ofClass.name,
    type_uid: ofClass.uid * 100 + activity[0],
    time: Date.parse(body.ts),
    severity_id: severityId,
    severity,
    status_id: body.outcome === "success" ? 1 : 2,
    status: body.outcome === "success" ? "Success" : "Failure",
    ...(body.reason ? { status_detail: body.reason } : {}),
    message: sentence,
    metadata: {
      version: ocsfVersion,
      product: { name: "Holdfast", vendor_name: "Holdfast" },
      uid: body.id,
      log_name: `holdfast.audit/${body.install}`,
      event_code: body.action,
    },
    actor: { user, ...(actor.sessionId ? { session: { uid: actor.sessionId } } : {}) },
    src_endpoint: actor.ip ? { ip: actor.ip } : { name: "holdfast" },
    ...classFields(ofClass, body, { user: subject, amr }),
    enrichments: [
      { name: "metadata.uid", value: body.id, type: "audit.seal", data: { seq, leaf: leafHex, checkpoint } },
    ],
    unmapped: {
      outcome: body.outcome,
      target,
      detail: body.detail,
      ...(body.evidence ? { evidence: body.evidence } : {}),
      ...(body.singleOperator ? { singleOperator: true } : {}),
      ...(body.breakGlass ? { breakGlass: true } : {}),
    },
  };
}

/** What each class demands besides the common fields. */
function classFields(
  ofClass: OcsfClass,
  { action, target, request, actor }: AuditBody,
  { user, amr }: { user: Record<string, unknown>; amr: readonly string[] },
): Record<string, unknown> {
  if (ofClass === apiActivity)
    return {
      api: { operation: action, request: { uid: request.id } },
      resources: [{ uid: target.id, type: target.type }],
    };
  if (ofClass === entityManagement) return { entity: { uid: target.id, type: target.type } };
  if (ofClass !== authentication) return { user };
  return { user, is_mfa: amr.length > 1 || (actor.aal ?? 0) > 1, auth_factors: factorOf(amr) };
}
