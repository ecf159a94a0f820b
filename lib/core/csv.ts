import { stringify } from "csv-stringify/sync";

/** Control characters that no cell needs; tabs and line breaks stay. */
const controls = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g;

/** Characters that turn the direction of a text or hide, so that it reads as another. */
const deceivers = /[\u061c\u200b-\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/g;

/** What makes a spreadsheet take a cell for a formula, also in the full-width forms that some of them fold. */
const formula = /^\s*[=+\-@|%\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;

const spelled = (character: string) => `⟨U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`;

/** A text as a cell may hold it: never a formula, without control characters, and with deceiving ones spelled out. */
export function cellText(text: string): string {
  const plain = text.replace(controls, "").replace(deceivers, spelled);
  return formula.test(plain) ? `'${plain}` : plain;
}

export type Cell = string | number | null;

/** Rows as CSV (RFC 4180): every text is quoted and harmless, numbers stay numbers. */
export const csvOf = (rows: readonly (readonly Cell[])[]): string =>
  stringify(
    rows.map((row) => row.map((cell) => (typeof cell === "string" ? cellText(cell) : cell))),
    { quoted_string: true, record_delimiter: "\r\n" },
  );
