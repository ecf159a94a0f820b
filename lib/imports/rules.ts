import { type CsvRow, plainCell } from "@/lib/core/csv-read";
import { accept, type Outcome, refuse } from "@/lib/core/outcome";
import { countText } from "@/lib/core/words";
import {
  type Criticality,
  criticalities,
  type Environment,
  environments,
  hasUnseen,
  type Lifecycle,
  lifecycles,
  mostRegions,
  nameLength,
  regionsOf,
  wrongRegion,
} from "@/lib/systems/rules";

export type Column = { name: string; holds: string; reads: boolean };

/** The columns of a table of systems, as it is taken out and brought in; those that are only told are not read back. */
export const columns: readonly Column[] = [
  {
    name: "slug",
    holds: "its address, which never changes: small letters, digits and hyphens, such as orders-db",
    reads: true,
  },
  { name: "name", holds: `as people call it, at most ${nameLength} characters`, reads: true },
  { name: "description", holds: "what it is for; empty takes it away", reads: true },
  { name: "tier", holds: "a tier's name, its id or its rank, such as 1", reads: true },
  { name: "environment", holds: environments.join(", "), reads: true },
  { name: "criticality", holds: criticalities.join(", "), reads: true },
  { name: "lifecycle", holds: lifecycles.join(", "), reads: true },
  { name: "owner_team", holds: "the name of the owning team; empty means no team", reads: true },
  { name: "detection_allowance_minutes", holds: "whole minutes from 0 to 10080", reads: true },
  {
    name: "allowed_regions",
    holds: "the regions its data may be kept in, separated by spaces or semicolons; empty means anywhere",
    reads: true,
  },
  { name: "owner_person", holds: "who owns it by name", reads: false },
  { name: "health", holds: "its state when it was taken out", reads: false },
  { name: "rpo_seconds", holds: "what its tier promises", reads: false },
  { name: "rto_seconds", holds: "what its tier promises", reads: false },
  { name: "resources", holds: "how many resources it owns", reads: false },
  { name: "in_service_from", holds: "since when it is judged", reads: false },
];

const known = new Map(columns.map((column) => [column.name, column]));
const readable = columns.filter(({ reads }) => reads).map(({ name }) => name);

export const mostRows = 50_000;
export const mostExported = 100_000;
export const mostFileBytes = 50_000_000;
export const batchRows = 1_000;
/** What a batch may weigh as JSON: a form takes 256 kB. */
export const batchBytes = 180_000;

/** What the head of a table says about its columns; the first that cannot be right is refused with its remedy. */
export function readHeader(cells: readonly string[]): Outcome<string[]> {
  const names = cells.map((cell) =>
    cell
      .trim()
      .toLowerCase()
      .replaceAll(/[\s-]+/g, "_"),
  );
  const wrong = (message: string) => refuse("invalid", message);
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined)
    return wrong(
      `${unknown === "" ? "A column has no name" : `There is no column "${unknown.slice(0, 60)}"`}. The first line names the columns; take them from ${readable.join(", ")}.`,
    );
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return wrong(`The column ${twice} is there twice. Remove one of them.`);
  if (!names.includes("slug")) return wrong("The column slug is missing. It says which system a line is about.");
  return accept(names);
}

/** The head and the lines of a table, or what is wrong with it as a whole. */
export function readTable(rows: readonly CsvRow[]): Outcome<{ columns: string[]; rows: CsvRow[] }> {
  const [head, ...lines] = rows;
  if (!head)
    return refuse("invalid", "This file is empty. Its first line names the columns, each further line a system.");
  const header = readHeader(head.cells);
  if (!header.ok) return header;
  if (lines.length === 0)
    return refuse("invalid", "This file has a head, but no line below it. Add a line for each system.");
  if (lines.length > mostRows)
    return refuse(
      "invalid",
      `This file has ${countText(lines.length)} lines; at most ${countText(mostRows)} travel at once. Split it.`,
    );
  return accept({ columns: header.value, rows: lines });
}

export type Problem = { column: string; message: string };

/** One line as it is put on the shelf: null leaves a system as it is, an empty text takes away what is there. */
export type StagedRow = {
  line: number;
  slug: string | null;
  name: string | null;
  description: string | null;
  tier: string | null;
  environment: Environment | null;
  criticality: Criticality | null;
  lifecycle: Lifecycle | null;
  ownerTeam: string | null;
  detectionAllowanceSeconds: number | null;
  allowedRegions: string[] | null;
  problems: Problem[];
};

const listed = (words: readonly string[]) => `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
const quoted = (text: string) => `"${text.slice(0, 60)}"`;

class Line {
  readonly problems: Problem[] = [];
  private readonly cells: ReadonlyMap<string, string>;

  constructor(names: readonly string[], cells: readonly string[]) {
    this.cells = new Map(names.map((name, index) => [name, plainCell(cells[index] ?? "").trim()]));
  }

  private complain(column: string, message: string): null {
    this.problems.push({ column, message });
    return null;
  }

  /** What a cell holds; null where the column is missing, or the text may not be kept. */
  private textOf(column: string, length: number): string | null {
    const text = this.cells.get(column)?.replaceAll(/\r\n?/g, "\n") ?? null;
    if (text === null) return null;
    if (text.length > length)
      return this.complain(
        column,
        `It has ${countText(text.length)} characters; at most ${countText(length)} are taken. Shorten it.`,
      );
    const single = column === "description" ? text.replaceAll(/[\n\t]/g, " ") : text;
    if (hasUnseen(single))
      return this.complain(
        column,
        "It holds characters that cannot be seen, such as control or direction marks. Type it again by hand.",
      );
    return text;
  }

  slug(): string | null {
    const slug = this.textOf("slug", 200);
    if (slug === null) return null;
    if (slug === "") return this.complain("slug", "The slug is missing. It says which system this line is about.");
    if (/^[a-z0-9][a-z0-9-]{0,79}$/.test(slug)) return slug;
    return this.complain(
      "slug",
      `${quoted(slug)} is not a slug. Write small letters, digits and hyphens, at most 80, beginning with a letter or digit.`,
    );
  }

  /** Where empty means to leave it. */
  text(column: string, length: number): string | null {
    return this.textOf(column, length) || null;
  }

  /** Where empty means to take it away. */
  clearable(column: string, length: number): string | null {
    return this.textOf(column, length);
  }

  choice<Word extends string>(column: string, words: readonly Word[]): Word | null {
    const text = this.text(column, 200)?.toLowerCase() ?? null;
    if (text === null) return null;
    return (
      words.find((word) => word === text) ??
      this.complain(column, `${quoted(text)} is none of them. Choose ${listed(words)}.`)
    );
  }

  /** Where empty means anywhere. */
  regions(column: string): string[] | null {
    const text = this.textOf(column, 2_000);
    if (text === null) return null;
    const regions = regionsOf(text);
    const wrong = wrongRegion(regions);
    if (wrong !== undefined)
      return this.complain(
        column,
        `${quoted(wrong)} is not the name of a region. Write them as the provider does, such as eu-central-1, with spaces between them.`,
      );
    if (regions.length > mostRegions) return this.complain(column, `At most ${mostRegions} regions are taken.`);
    return regions;
  }

  minutes(column: string): number | null {
    const text = this.text(column, 200);
    if (text === null) return null;
    if (/^\d{1,5}$/.test(text) && Number(text) <= 10_080) return Number(text) * 60;
    return this.complain(column, `${quoted(text)} is not a whole number of minutes from 0 to 10080.`);
  }
}

const nothing = {
  slug: null,
  name: null,
  description: null,
  tier: null,
  environment: null,
  criticality: null,
  lifecycle: null,
  ownerTeam: null,
  detectionAllowanceSeconds: null,
  allowedRegions: null,
};

/** Reads one line by itself: what it says and what is wrong with it, whatever else is in the file or the estate. */
export function readRow(names: readonly string[], { line, cells }: CsvRow): StagedRow {
  if (cells.length !== names.length) {
    const message = `This line has ${cells.length} cells, the head has ${names.length}. Look for a missing separator, or a cell with one in it that is not in quotes.`;
    return { line, ...nothing, problems: [{ column: "", message }] };
  }
  const reader = new Line(names, cells);
  const values = {
    slug: reader.slug(),
    name: reader.text("name", nameLength),
    description: reader.clearable("description", 2_000),
    tier: reader.text("tier", 200),
    environment: reader.choice("environment", environments),
    criticality: reader.choice("criticality", criticalities),
    lifecycle: reader.choice("lifecycle", lifecycles),
    ownerTeam: reader.clearable("owner_team", 200),
    detectionAllowanceSeconds: reader.minutes("detection_allowance_minutes"),
    allowedRegions: reader.regions("allowed_regions"),
  };
  return { line, ...values, problems: reader.problems };
}

/** A line as it travels: its number in the file, then its cells. */
export type SentLine = [line: number, ...cells: string[]];

/** Parts lines into batches that a form can carry: by number and by weight. */
export function batchesOf(rows: readonly CsvRow[]): SentLine[][] {
  const batches: SentLine[][] = [];
  let batch: SentLine[] = [];
  let weight = 0;
  for (const { line, cells } of rows) {
    const sent: SentLine = [line, ...cells];
    // A dollar that begins a text is sent twice.
    const bytes = new TextEncoder().encode(JSON.stringify(sent)).length + 1 + cells.length;
    if (batch.length === batchRows || (batch.length > 0 && weight + bytes > batchBytes)) {
      batches.push(batch);
      batch = [];
      weight = 0;
    }
    batch.push(sent);
    weight += bytes;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

export const importOutcomes = ["bad", "create", "change", "same"] as const;
export type ImportOutcome = (typeof importOutcomes)[number];

/** How an outcome is called on screen. */
export const outcomeWords: Record<ImportOutcome, string> = {
  bad: "to be mended",
  create: "to be created",
  change: "to be changed",
  same: "unchanged",
};
