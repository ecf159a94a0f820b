import { accept, type Outcome, type Refused, refuse } from "./outcome";

/** A row of a table with the line of the file it begins in. */
export type CsvRow = { line: number; cells: string[] };

const wrong = (message: string): Refused => refuse("invalid", message);

const asUtf8 = 'In a spreadsheet: "Save as", "CSV UTF-8".';

/** The bytes of a file as text; what is not UTF-8 is refused, since it would arrive with other letters than were meant. */
export function decodeTable(bytes: Uint8Array): Outcome<string> {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) || bytes.subarray(0, 400).includes(0))
    return wrong(`This file is UTF-16 or no text at all. Save it as CSV in UTF-8 and choose it again. ${asUtf8}`);
  try {
    return accept(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return wrong(
      `This file is not UTF-8: letters such as ä or é would be lost. Save it again as CSV in UTF-8. ${asUtf8}`,
    );
  }
}

/** What parts the cells: whichever of comma, semicolon and tab the head has most of outside quotes. */
function separatorOf(text: string): string {
  const head = (/^(?:"[^"]*"|[^"\r\n])*/.exec(text)?.[0] ?? "").replaceAll(/"[^"]*"/g, "");
  const count = (one: string) => head.split(one).length;
  return [",", ";", "\t"].reduce((best, one) => (count(one) > count(best) ? one : best));
}

class Reader {
  private at = 0;
  private line = 1;
  readonly rows: CsvRow[] = [];
  trouble: string | null = null;

  constructor(
    private readonly text: string,
    private readonly separator: string,
  ) {}

  read(): void {
    while (this.at < this.text.length && this.trouble === null) {
      const line = this.line;
      const cells = this.readRow();
      const isBlank = cells.length === 1 && cells[0] === "";
      if (!isBlank) this.rows.push({ line, cells });
    }
  }

  private readRow(): string[] {
    const cells: string[] = [];
    for (;;) {
      cells.push(this.text[this.at] === '"' ? this.readQuoted() : this.readPlain());
      if (this.trouble !== null || this.text[this.at] !== this.separator) break;
      this.at += 1;
    }
    this.passLineEnd();
    return cells;
  }

  private passLineEnd(): void {
    if (this.text[this.at] === "\r") this.at += 1;
    if (this.text[this.at] === "\n") this.at += 1;
    this.line += 1;
  }

  private readPlain(): string {
    const start = this.at;
    while (this.at < this.text.length) {
      const character = this.text[this.at];
      if (character === this.separator || character === "\n" || character === "\r") break;
      if (character === '"') {
        this.trouble = `Line ${this.line}: a quote stands inside a cell that does not begin with one. Put the whole cell in quotes and write the quote twice.`;
        break;
      }
      this.at += 1;
    }
    return this.text.slice(start, this.at);
  }

  private readQuoted(): string {
    const opened = this.line;
    let value = "";
    for (;;) {
      const end = this.text.indexOf('"', this.at + 1);
      if (end === -1) {
        this.trouble = `Line ${opened}: a cell begins with a quote that nothing closes. Add the closing quote, or write a quote that belongs to the text twice.`;
        return value;
      }
      const part = this.text.slice(this.at + 1, end);
      value += part;
      this.line += part.match(/\r\n?|\n/g)?.length ?? 0;
      this.at = end + 1;
      if (this.text[this.at] !== '"') break;
      value += '"';
    }
    const next = this.text[this.at];
    if (next !== undefined && next !== this.separator && next !== "\n" && next !== "\r")
      this.trouble = `Line ${this.line}: text follows the closing quote of a cell. Write a quote that belongs to the text twice.`;
    return value;
  }
}

/**
 * Reads CSV (RFC 4180) that people and spreadsheets write: with or without a byte order mark, with any line end, parted
 * by commas, semicolons or tabs; blank lines are passed over. A file that cannot be read is refused with its line.
 */
export function readCsv(text: string): Outcome<CsvRow[]> {
  const plain = text.replace(/^\uFEFF/, "");
  const reader = new Reader(plain, separatorOf(plain));
  reader.read();
  return reader.trouble === null ? accept(reader.rows) : wrong(reader.trouble);
}

/** A cell as it was before an export made it harmless for spreadsheets. */
export const plainCell = (cell: string): string =>
  /^'\s*[=+\-@|%\uff1d\uff0b\uff0d\uff20]/.test(cell) ? cell.slice(1) : cell;
