/** A stretch of time in milliseconds since 1970, half-open: `from` belongs to it, `to` does not. */
export type Span = { readonly from: number; readonly to: number };

export const lengthOf = ({ from, to }: Span) => Math.max(0, to - from);

/** How long several stretches last together, in milliseconds; they must not overlap. */
export const totalOf = (spans: readonly Span[]) => spans.reduce((sum, span) => sum + lengthOf(span), 0);

/** The same time as stretches that neither overlap nor touch, in order. */
export function joined(spans: readonly Span[]): Span[] {
  const inOrder = spans.filter((span) => lengthOf(span) > 0).sort((a, b) => a.from - b.from);
  const out: Span[] = [];
  for (const span of inOrder) {
    const last = out.at(-1);
    if (last && span.from <= last.to) out[out.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
    else out.push(span);
  }
  return out;
}

/** What of these stretches lies inside a frame. */
export const within = (spans: readonly Span[], frame: Span): Span[] =>
  spans
    .map(({ from, to }) => ({ from: Math.max(from, frame.from), to: Math.min(to, frame.to) }))
    .filter((span) => lengthOf(span) > 0);

/** What of a stretch is left when holes are cut out of it, in order; two parts that a hole parts stay two. */
export function without(span: Span, holes: readonly Span[]): Span[] {
  const out: Span[] = [];
  let from = span.from;
  for (const hole of within(joined(holes), span)) {
    if (hole.from > from) out.push({ from, to: hole.from });
    from = hole.to;
  }
  return from < span.to ? [...out, { from, to: span.to }] : out;
}
