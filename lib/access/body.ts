import "server-only";

/** What is wrong with a body, as the answer says it. */
export type BodyTrouble = { status: 400 | 411 | 413 | 415; message: string };

export const actionMaxBytes = 256 * 1_024;
export const apiMaxBytes = 64 * 1_024;

const trouble = (status: BodyTrouble["status"], message: string): BodyTrouble => ({ status, message });
const malformed = trouble(400, "The body of this request cannot be read.");

const isApi = (path: string) => path.startsWith("/api/");
const typeOf = (headers: Headers) => (headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";

const forms = ["multipart/form-data", "application/x-www-form-urlencoded"];

function takenTypes(path: string, isAction: boolean): readonly string[] {
  if (path === "/api/csp") return ["application/reports+json", "application/csp-report"];
  if (isApi(path)) return ["application/x-www-form-urlencoded"];
  return isAction ? ["text/plain", "multipart/form-data"] : forms;
}

/** What the headers alone say against a body: no length, too long, or of a kind that nothing here reads. */
export function declaredTrouble(path: string, headers: Headers): BodyTrouble | null {
  const length = headers.get("content-length");
  if (length === null && headers.has("transfer-encoding")) return trouble(411, "Say how long the body is.");
  const sizeBytes = Number(length ?? 0);
  const most = isApi(path) ? apiMaxBytes : actionMaxBytes;
  if (!Number.isInteger(sizeBytes) || sizeBytes > most)
    return trouble(413, `The body of this request is longer than ${most / 1_024} kB.`);
  if (sizeBytes === 0) return null;
  const taken = takenTypes(path, headers.has("next-action"));
  return taken.includes(typeOf(headers)) ? null : trouble(415, `This address takes ${taken.join(" or ")}.`);
}

/** What our own pages send beside plain values: a form, nothing, dates, numbers JSON has no word for, and an escaped dollar. */
const plainReference = /^\$(?:\$|K[\da-f]+$|undefined$|D\d{4}-|n-?\d+$|NaN$|-?Infinity$|-0$)/;
/** A form without scripts names its action and the state it had by these. */
const formReference = /^\$@\d+$/;

function isPlain(value: unknown, reference: RegExp): boolean {
  if (typeof value === "string") return !value.startsWith("$") || reference.test(value);
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([key, inner]) => key !== "__proto__" && isPlain(inner, reference));
}

const either = new RegExp(`${plainReference.source}|${formReference.source}`);

/** Whether the framework may unpack this part: it would follow references to functions, modules and other parts. */
function isPlainJson(text: string, reference = plainReference): boolean {
  try {
    return isPlain(JSON.parse(text), reference);
  } catch {
    return false;
  }
}

const isPart = (name: string) => /^\d+$/.test(name);
const isFormPart = (name: string) => /^\$ACTION_\d+:\d+$/.test(name);

/** Every part that is unpacked rather than handed on as the form's own field. */
function areFieldsPlain(form: FormData): boolean {
  for (const [name, value] of form) {
    if (isPart(name) && (typeof value !== "string" || !isPlainJson(value))) return false;
    if (isFormPart(name) && (typeof value !== "string" || !isPlainJson(value, either))) return false;
  }
  return true;
}

/** What is wrong with what a body holds, so that rubbish is refused as such and does not end as our own failure. */
export async function contentTrouble(request: Request): Promise<BodyTrouble | null> {
  const isAction = request.headers.has("next-action");
  if (!request.headers.get("content-length") || request.headers.get("content-length") === "0")
    return isAction ? malformed : null;
  try {
    if (isAction && typeOf(request.headers) === "text/plain")
      return isPlainJson(await request.text()) ? null : malformed;
    if (forms.includes(typeOf(request.headers))) return areFieldsPlain(await request.formData()) ? null : malformed;
    return null;
  } catch {
    return malformed;
  }
}
