import { describe, expect, it } from "vitest";
import { layOut, learnPage, lineAt, nextAt, type PageMark, rowsRead, type Segment } from "./marks";

const pages = (...counts: number[]): readonly PageMark[] =>
  counts.reduce<readonly PageMark[]>(
    (marks, count, index) => learnPage(marks, index, { count, next: `key-${index + 1}` }),
    [],
  );

const whole = (marks: readonly PageMark[]) =>
  learnPage(marks, marks.length - 1, { count: marks.at(-1)?.count ?? 0, next: null });

const segment = (marks: readonly PageMark[], more: Partial<Segment> = {}): Segment => ({
  key: "all",
  headed: false,
  open: true,
  total: rowsRead(marks),
  marks,
  ...more,
});

describe("pages read by key", () => {
  it("follow one another by the key that the one before gave", () => {
    expect(pages(50, 100)).toEqual([
      { at: "", start: 0, count: 50, next: "key-1" },
      { at: "after=key-1", start: 50, count: 100, next: "key-2" },
    ]);
  });

  it("are left as they are when a page reads the same again", () => {
    const marks = pages(50, 100);
    expect(learnPage(marks, 0, { count: 50, next: "key-1" })).toBe(marks);
  });

  it("move, and are asked for anew, when a page before them ends elsewhere", () => {
    expect(learnPage(pages(50, 100, 100), 0, { count: 49, next: "other" })).toEqual([
      { at: "", start: 0, count: 49, next: "other" },
      { at: "after=other", start: 49, count: 100, next: "key-2" },
      { at: "after=key-2", start: 149, count: 100, next: "key-3" },
    ]);
  });

  it("end where a page says that nothing follows", () => {
    const marks = learnPage(pages(50, 100, 100), 1, { count: 20, next: null });
    expect(marks).toHaveLength(2);
    expect(nextAt(marks)).toBeNull();
  });

  it("cannot be learned past the end, or with one left out", () => {
    const ended = whole(pages(50));
    expect(learnPage(ended, 1, { count: 10, next: null })).toBe(ended);
    expect(learnPage(pages(50), 2, { count: 10, next: null })).toHaveLength(1);
  });
});

describe("the lines of a list", () => {
  const shown = (segments: Segment[], line: number) => lineAt(segments, layOut(segments), line);

  it.each([
    ["the first row", 0, { kind: "row", segment: 0, page: 0, row: 0, nth: 0 }],
    ["the last of the first page", 49, { kind: "row", segment: 0, page: 0, row: 49, nth: 49 }],
    ["the first of the second", 50, { kind: "row", segment: 0, page: 1, row: 0, nth: 50 }],
    ["the last that was read", 149, { kind: "row", segment: 0, page: 1, row: 99, nth: 149 }],
    ["room for one that was not", 150, { kind: "ahead", segment: 0 }],
  ])("hold %s", (_, line, expected) => {
    expect(shown([segment(pages(50, 100), { total: 1_000 })], line)).toEqual(expected);
  });

  it("leave room below what was read, no more than is left, and none at the end", () => {
    expect(layOut([segment(pages(50), { total: 1_000 })])).toEqual([0, 80]);
    expect(layOut([segment(pages(50), { total: 55 })])).toEqual([0, 55]);
    expect(layOut([segment(whole(pages(50)), { total: 55 })])).toEqual([0, 50]);
  });

  it("keep a line of room where the count has fallen behind", () => {
    expect(layOut([segment(pages(50), { total: 50 })])).toEqual([0, 51]);
  });

  it("begin each group with its head, and hold nothing but the head of a closed one", () => {
    const groups = [
      segment(whole(pages(3)), { key: "a", headed: true }),
      segment([], { key: "b", headed: true, open: false, total: 40 }),
      segment([], { key: "c", headed: true, total: 2 }),
    ];
    expect(layOut(groups)).toEqual([0, 4, 5, 8]);
    expect(shown(groups, 0)).toEqual({ kind: "head", segment: 0 });
    expect(shown(groups, 3)).toMatchObject({ kind: "row", segment: 0, nth: 2 });
    expect(shown(groups, 4)).toEqual({ kind: "head", segment: 1 });
    expect(shown(groups, 5)).toEqual({ kind: "head", segment: 2 });
    expect(shown(groups, 6)).toEqual({ kind: "ahead", segment: 2 });
  });
});
