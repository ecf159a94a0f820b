import { describe, expect, it } from "vitest";
import { csvOf } from "./csv";
import { decodeTable, plainCell, readCsv } from "./csv-read";

const cellsOf = (text: string) => {
  const read = readCsv(text);
  if (!read.ok) throw new Error(read.message);
  return read.value.map(({ line, cells }) => [line, ...cells]);
};

describe("a table", () => {
  it.each([
    ["line feeds", "a,b\n1,2\n"],
    ["carriage returns and line feeds", "a,b\r\n1,2\r\n"],
    ["carriage returns alone", "a,b\r1,2\r"],
    ["no line end at its end", "a,b\n1,2"],
    ["a byte order mark", "\uFEFFa,b\n1,2"],
    ["semicolons", "a;b\n1;2\n"],
    ["tabs", "a\tb\n1\t2\n"],
    ["quotes around everything", '"a","b"\r\n"1","2"\r\n'],
  ])("is read with %s", (_, text) => {
    expect(cellsOf(text)).toEqual([
      [1, "a", "b"],
      [2, "1", "2"],
    ]);
  });

  it("keeps separators, quotes and line breaks inside quotes, and counts the lines they take", () => {
    expect(cellsOf('a,b\n"x, ""y""","one\r\ntwo"\n3,4')).toEqual([
      [1, "a", "b"],
      [2, 'x, "y"', "one\r\ntwo"],
      [4, "3", "4"],
    ]);
  });

  it("passes over blank lines, and keeps empty cells", () => {
    expect(cellsOf("a,b\n\n,\n\n")).toEqual([
      [1, "a", "b"],
      [3, "", ""],
    ]);
  });

  it("does not take a comma inside a quoted head for the separator", () => {
    expect(cellsOf('"a,b,c";d\n1;2')).toEqual([
      [1, "a,b,c", "d"],
      [2, "1", "2"],
    ]);
  });

  it.each([
    ["a quote that nothing closes", 'a,b\n1,2\n"3,4\n5,6', "Line 3: a cell begins with a quote that nothing closes."],
    ["a quote inside a plain cell", 'a,b\nx"y,2', "Line 2: a quote stands inside a cell"],
    ["text after a closing quote", 'a,b\n"x"y,2', "Line 2: text follows the closing quote"],
  ])("with %s is refused by its line", (_, text, message) => {
    expect(readCsv(text)).toMatchObject({ ok: false, message: expect.stringContaining(message) });
  });

  it("of nothing has no rows", () => {
    expect(cellsOf("")).toEqual([]);
    expect(cellsOf("\uFEFF")).toEqual([]);
  });
});

describe("the bytes of a file", () => {
  const utf16 = (text: string, mark: number[]) => new Uint8Array([...mark, ...Buffer.from(text, "utf16le")]);

  it.each([
    ["UTF-16 with its mark", utf16("slug,name", [0xff, 0xfe]), "UTF-16"],
    ["UTF-16 the other way round", new Uint8Array([0xfe, 0xff, 0, 97]), "UTF-16"],
    ["UTF-16 without a mark", utf16("slug,name", []), "UTF-16"],
    ["Latin-1", new Uint8Array([...Buffer.from("slug,name\nm,M", "utf8"), 0xfc]), "not UTF-8"],
  ])("are refused as %s, with the remedy", (_, bytes, message) => {
    expect(decodeTable(bytes)).toMatchObject({ ok: false, message: expect.stringContaining(message) });
    expect(decodeTable(bytes)).toMatchObject({ message: expect.stringContaining("UTF-8") });
  });

  it("are read as UTF-8", () => {
    expect(decodeTable(new TextEncoder().encode("Müller 支"))).toEqual({ ok: true, value: "Müller 支" });
  });
});

it.each(["=1+1", "-5", "+49 30", "@here", "plain", "'quoted'", "it's"])(
  "takes %s out and in again as the same text",
  (text) => {
    expect(plainCell(cellsOf(csvOf([[text]]))[0]?.[1] as string)).toBe(text);
  },
);
