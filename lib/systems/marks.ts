/** A page of a long list that is read by key: how it is asked for, where its rows stand, and the key that leads on. */
export type PageMark = {
  /** Its place as an address spells it: "", "after=…" or "before=…". */
  at: string;
  start: number;
  count: number;
  next: string | null;
};

/** A stretch of the list: all of it, or one group with a head of its own. */
export type Segment = {
  key: string;
  headed: boolean;
  open: boolean;
  /** How many rows it has, read or not. */
  total: number;
  marks: readonly PageMark[];
};

/** What stands at one line of the list: a group's head, a row of a page, or room for a row that is not read yet. */
export type Line =
  | { kind: "head"; segment: number }
  | { kind: "row"; segment: number; page: number; row: number; nth: number }
  | { kind: "ahead"; segment: number };

/** So many lines of room stand below what was read, so that scrolling on has somewhere to go. */
const linesAhead = 30;

export const rowsRead = (marks: readonly PageMark[]): number => {
  const last = marks.at(-1);
  return last ? last.start + last.count : 0;
};

const isWhole = ({ marks }: Segment) => marks.length > 0 && marks.at(-1)?.next === null;

function linesOf(segment: Segment): number {
  const head = segment.headed ? 1 : 0;
  if (!segment.open) return head;
  const read = rowsRead(segment.marks);
  return head + read + (isWhole(segment) ? 0 : Math.min(linesAhead, Math.max(segment.total - read, 1)));
}

/** Where each segment's lines begin; the last number is how many lines there are. */
export function layOut(segments: readonly Segment[]): number[] {
  const starts = [0];
  for (const segment of segments) starts.push((starts.at(-1) ?? 0) + linesOf(segment));
  return starts;
}

/** The last place of a rising list whose value is not beyond the one asked for. */
function lastUpTo(length: number, valueAt: (place: number) => number, asked: number): number {
  let low = 0;
  let high = length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (valueAt(middle) <= asked) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** What stands at a line. */
export function lineAt(segments: readonly Segment[], starts: readonly number[], line: number): Line {
  const at = lastUpTo(segments.length, (place) => starts[place] ?? 0, line);
  const segment = segments[at];
  const inside = line - (starts[at] ?? 0);
  if (!segment || (segment.headed && inside === 0)) return { kind: "head", segment: at };
  const nth = inside - (segment.headed ? 1 : 0);
  if (nth >= rowsRead(segment.marks)) return { kind: "ahead", segment: at };
  const page = lastUpTo(segment.marks.length, (place) => segment.marks[place]?.start ?? 0, nth);
  return { kind: "row", segment: at, page, row: nth - (segment.marks[page]?.start ?? 0), nth };
}

const toAt = (next: string) => `after=${next}`;

/** How the page after the last one known is asked for; null at the end. */
export function nextAt(marks: readonly PageMark[]): string | null {
  const last = marks.at(-1);
  if (!last) return "";
  return last.next === null ? null : toAt(last.next);
}

/** The pages as they are once one of them was read (again): what follows moves with it, and ends where it ended. */
export function learnPage(
  marks: readonly PageMark[],
  page: number,
  read: { count: number; next: string | null },
): readonly PageMark[] {
  const known = marks[page];
  if (known && known.count === read.count && known.next === read.next) return marks;
  const at = known?.at ?? nextAt(marks);
  if (at === null || page > marks.length) return marks;
  const learned = [...marks.slice(0, page), { at, start: rowsRead(marks.slice(0, page)), ...read }];
  if (read.next === null) return learned;
  for (const [index, mark] of marks.slice(page + 1).entries())
    learned.push({ ...mark, at: index === 0 ? toAt(read.next) : mark.at, start: rowsRead(learned) });
  return learned;
}
