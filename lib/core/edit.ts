import { refuse } from "./outcome";

/** How one field of a decided row is named and spelled, for saying what changed. */
export type FieldNames<Row> = { readonly [K in keyof Row]?: { label: string; spell?: (value: Row[K]) => string } };

const plainSpelling = (value: unknown): string => (value === null || value === "" ? "nothing" : String(value));

export type Change = { field: string; label: string; from: string; to: string };

/** Which fields of a row differ from what somebody had before them. */
export function changesBetween<Row extends object>(before: Partial<Row>, now: Row, names: FieldNames<Row>): Change[] {
  const changes: Change[] = [];
  for (const field of Object.keys(names) as (keyof Row & string)[]) {
    if (!(field in before) || before[field] === now[field]) continue;
    const name = names[field];
    if (!name) continue;
    const spell = (value: Row[keyof Row & string] | undefined) =>
      value === undefined ? "nothing" : (name.spell?.(value) ?? plainSpelling(value));
    changes.push({ field, label: name.label, from: spell(before[field]), to: spell(now[field]) });
  }
  return changes;
}

/**
 * What to write when two people edited one row: a field that this person left as it was keeps what the other one made
 * of it, so that neither loses a word.
 */
export function mergeEdit<Row extends object>(base: Partial<Row>, wanted: Row, current: Row): Row {
  const merged = { ...wanted };
  for (const field of Object.keys(wanted) as (keyof Row)[]) {
    if (field in base && base[field] === wanted[field]) merged[field] = current[field];
  }
  return merged;
}

/** The refusal to overwrite what somebody else changed meanwhile: it says what, and how to go on. */
export function refuseStale(what: string, changes: readonly Change[], currentRevision: number) {
  const told = changes.map(({ label, from, to }) => `${label} from ${from} to ${to}`).join("; ");
  const message =
    changes.length === 0
      ? `${what} was saved by somebody else since you opened it. What you typed is kept; save again to apply it.`
      : `Somebody else changed ${what} since you opened it: ${told}. What you typed is kept; save again to apply your changes and keep theirs where you changed nothing.`;
  const fields: Record<string, string> = { revision: String(currentRevision) };
  for (const { field, to } of changes) fields[field] = `Somebody else set this to ${to} meanwhile.`;
  return refuse("conflict", message, fields);
}
