import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cellText, csvOf } from "./csv";

describe("a cell", () => {
  it.each([
    ["=1+1", "'=1+1"],
    ["+49 30", "'+49 30"],
    ["-2", "'-2"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["|cmd", "'|cmd"],
    ["%PATH%", "'%PATH%"],
    ["  =1", "'  =1"],
    ["\t=1", "'\t=1"],
    ["\r=1", "'\r=1"],
    ["\n1", "'\n1"],
    ["＝1", "'＝1"],
    ["＋1", "'＋1"],
    ["－1", "'－1"],
    ["＠A", "'＠A"],
    ["\u0000=1", "'=1"],
    ["\u200b=1", "⟨U+200B⟩=1"],
    ["a=1", "a=1"],
    ["two\nlines", "two\nlines"],
    ["bell\u0007", "bell"],
    ["evil\u202etxt.exe", "evil⟨U+202E⟩txt.exe"],
    ["iso\u2066late", "iso⟨U+2066⟩late"],
    ["", ""],
  ])("%j becomes %j", (text, cell) => {
    expect(cellText(text)).toBe(cell);
  });

  it("is never a formula, whatever it was", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => !/^[\s\0]*[=+\-@|%＝＋－＠\t\r]/.test(cellText(text))),
    );
  });
});

describe("rows", () => {
  it("quote every text, double its quotes, and leave numbers alone", () => {
    expect(
      csvOf([
        ["a", "b"],
        ['say "x", y', 7],
        [null, "two\nlines"],
      ]),
    ).toBe('"a","b"\r\n"say ""x"", y",7\r\n,"two\nlines"\r\n');
  });
});
