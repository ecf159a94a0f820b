import { createHash } from "node:crypto";
import type { Caller } from "@/sandbox/aws/access";
import type { Place } from "@/sandbox/aws/engine/engine";
import type { SortedList } from "@/sandbox/aws/engine/sorted-list";
import { accessDenied, invalidRequest, invalidValue } from "@/sandbox/aws/wire/errors";
import type { PageTokens } from "@/sandbox/aws/wire/page-tokens";
import type { Vault } from "@/sandbox/aws/world";

/** What an operation works with: the place it was called in, the caller, and the operation's own name. */
export type Context = Place & { caller: Caller; nowMs: number; operation: string; pageTokens: PageTokens };

/** Required members of an input are there: the wire layer checked them. */
export type Checked<Input> = {
  [Key in keyof Input]: Record<never, never> extends Pick<Input, Key> ? Input[Key] : Exclude<Input[Key], undefined>;
};

export type Handler = (context: Context, input: Record<string, unknown>) => object;

/** An operation with the SDK's own types of its input and output. */
export function define<Input, Output extends object>(
  run: (context: Context, input: Checked<Input>) => Output,
): Handler {
  return (context, input) => run(context, input as Checked<Input>);
}

/** The vault of this name; AWS answers 403 for an unknown one. */
export function demandVault({ region }: Place, name: string): Vault {
  const vault = region.vaults[name];
  if (!vault) throw accessDenied();
  return vault;
}

/** The caller must be allowed to hand the role to AWS Backup. */
export function demandPassRole({ caller }: Context, roleArn: string): void {
  if (!caller.allows("iam:PassRole"))
    throw accessDenied(
      `User: ${caller.principalArn} is not authorized to perform: iam:PassRole on resource: ${roleArn}`,
    );
}

type Answer = Record<string, string | number | boolean>;

/** The same token brings the same answer without a second effect; with other parameters it is refused. */
export function answerOnce(context: Context, token: string | undefined, params: object, run: () => Answer): Answer {
  if (token === undefined) return run();
  const { region, operation, nowMs } = context;
  const key = `${operation}:${token}`;
  const paramsHash = createHash("sha256").update(canonicalText(params)).digest("hex");
  const known = region.tokens[key];
  if (known && known.paramsHash !== paramsHash)
    throw invalidRequest("The idempotency token was used before with different parameters.");
  if (known) return known.answer;
  const answer = run();
  region.tokens[key] = { paramsHash, answer, atMs: nowMs };
  return answer;
}

function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${canonicalText(one)}`).join(",")}}`;
}

type PageInput = { MaxResults?: number | undefined; NextToken?: string | undefined };
type Page<Entry> = { entries: Entry[]; nextToken: string | undefined };

const mostPerPage = 1000;

/** One page of a list kept newest first; the filter is bound into the token. */
export function pageOf<Item, Entry>(
  context: Context,
  input: PageInput,
  list: SortedList<Item>,
  keyOf: (item: Item) => { atMs: number; id: string },
  keep: (item: Item) => boolean,
  toEntry: (item: Item) => Entry,
): Page<Entry> {
  const binding = bindToken(context, input);
  const after = input.NextToken === undefined ? null : context.pageTokens.open(binding, input.NextToken);
  const size = input.MaxResults ?? mostPerPage;
  const items = list.all();
  const entries: Entry[] = [];
  let last: Item | null = null;
  for (let position = after ? list.positionAfter(after) : 0; position < items.length; position++) {
    const item = items[position];
    if (item === undefined || !keep(item)) continue;
    if (entries.length === size && last !== null)
      return { entries, nextToken: context.pageTokens.seal(binding, keyOf(last)) };
    entries.push(toEntry(item));
    last = item;
  }
  return { entries, nextToken: undefined };
}

/** One page of a short list in the order of its keys. */
export function pageOfKeys<Item, Entry>(
  context: Context,
  input: PageInput,
  items: Iterable<Item>,
  keyOf: (item: Item) => string,
  toEntry: (item: Item) => Entry,
): Page<Entry> {
  const binding = bindToken(context, input);
  const after = input.NextToken === undefined ? null : context.pageTokens.open(binding, input.NextToken).id;
  const size = input.MaxResults ?? mostPerPage;
  const keyed = [...items].map((item) => ({ key: keyOf(item), item }));
  keyed.sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0));
  const rest = after === null ? keyed : keyed.filter(({ key }) => key > after);
  const page = rest.slice(0, size);
  const last = page.at(-1);
  return {
    entries: page.map(({ item }) => toEntry(item)),
    nextToken: rest.length > size && last ? context.pageTokens.seal(binding, { atMs: 0, id: last.key }) : undefined,
  };
}

function bindToken(context: Context, input: PageInput): string {
  const { NextToken: _token, MaxResults: _size, ...filter } = input as Record<string, unknown>;
  return [context.account.id, context.region.name, context.operation, canonicalText(filter)].join("\n");
}

/** A moment as the wire layer wants it; null stays out of the answer. */
export function toDate(ms: number | null): Date | undefined {
  return ms === null ? undefined : new Date(ms);
}

/** Refuses a filter value that is not among the known ones. */
export function demandOneOf(name: string, value: string | undefined, known: readonly string[]): void {
  if (value !== undefined && !known.includes(value))
    throw invalidValue(`Invalid value for ${name}: ${value}. Valid values: ${known.join(", ")}`);
}
