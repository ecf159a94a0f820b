"use client";
import { useQueryClient } from "@tanstack/react-query";
import { defaultRangeExtractor, type Range, useWindowVirtualizer, type VirtualItem } from "@tanstack/react-virtual";
import { Fragment, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { LiveQueries } from "@/components/live/live-queries";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import { TableFrame, tableRoles } from "@/components/ui/table";
import { lineAt, rowsRead } from "@/lib/systems/marks";
import { systemsPageQuery } from "@/lib/systems/queries";
import type { SystemsPage } from "@/lib/systems/view";
import { bulkSystemsAction } from "../actions";
import { matrixColumns } from "./matrix-cells";
import { type Left, recallPlace, rememberPlace } from "./matrix-memory";
import { AheadLine, GroupLine, SystemLine } from "./matrix-rows";
import { PickedForm } from "./picked-form";
import { SortHeader } from "./sort-header";
import {
  type MatrixList,
  type MatrixPages,
  type SeenPage,
  useMatrixPages,
  useMovingRows,
  useSeenPages,
} from "./use-matrix";
import { useRowSize } from "./use-row-size";

type Props = MatrixList & {
  sort: string;
  /** What can be done with chosen systems; null for those who may do nothing. */
  bar: ReactNode | null;
};

/** Lines drawn beyond the window on either side. */
const overscan = 10;
/** So many lines before the end of what was read, more is asked for. */
const readAheadLines = 60;

/** Whether the page is being printed, which shows all that was read. */
function usePrinting(): boolean {
  const [printing, setPrinting] = useState(false);
  useEffect(() => {
    const media = window.matchMedia("print");
    // The paper is laid out as soon as this returns.
    const follow = () => flushSync(() => setPrinting(media.matches));
    media.addEventListener("change", follow);
    return () => media.removeEventListener("change", follow);
  }, []);
  return printing;
}

/** Where the rows begin on the page; what stands above them may change. */
function useOffsetTop(body: { current: HTMLElement | null }): number {
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    const measure = () => {
      if (body.current) setOffset(Math.round(body.current.getBoundingClientRect().top + window.scrollY));
    };
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(document.body);
    return () => watch.disconnect();
  }, [body]);
  return offset;
}

function Head({ sort, asked, pick }: { sort: string; asked: Readonly<Record<string, string>>; pick: boolean }) {
  const headClass =
    "sticky top-[var(--top-h,0px)] z-1 border-b bg-surface px-3 py-2 text-left text-sm font-medium whitespace-nowrap text-ink-3 first:rounded-tl-lg first:pl-4 last:rounded-tr-lg last:pr-4";
  return (
    <thead className="max-md:sr-only" {...tableRoles.group}>
      <tr {...tableRoles.row} aria-rowindex={1}>
        {pick ? (
          <th scope="col" {...tableRoles.header} className={cn(headClass, "md:w-11")}>
            <span className="sr-only">Choose</span>
          </th>
        ) : null}
        {matrixColumns.map(({ key, label, sort: by, width }) => (
          <th key={key} scope="col" {...tableRoles.header} className={cn(headClass, width)}>
            {by ? <SortHeader label={label} sort={by} current={sort} asked={asked} /> : label}
          </th>
        ))}
      </tr>
    </thead>
  );
}

const silent = { "aria-hidden": true } as const;

/** Room that lines which are not drawn would take. */
const Gap = ({ px, columns }: { px: number; columns: number }) =>
  px <= 0 ? null : (
    <tr {...silent} className="max-md:block" style={{ height: px }}>
      <td colSpan={columns} className="p-0" />
    </tr>
  );

type BodyProps = {
  pages: MatrixPages;
  list: MatrixList;
  pick: boolean;
  rows: ReadonlyMap<string, SystemsPage>;
  measure: ((node: Element | null) => void) | undefined;
};

function MatrixLine({
  line,
  pages,
  list,
  pick,
  rows,
  measure,
  readOnly = false,
}: BodyProps & { line: number; readOnly?: boolean }) {
  const { segments, starts, toggle } = pages;
  const what = lineAt(segments, starts, line);
  const at = { line, pick, measure };
  if (what.kind === "head") {
    const group = list.groups?.[what.segment];
    if (!group) return null;
    const { group: _, ...others } = list.asked;
    const href = `/systems?${new URLSearchParams({ ...others, ...group.asked })}`;
    return (
      <GroupLine
        {...at}
        group={group}
        open={segments[what.segment]?.open ?? false}
        href={href}
        onToggle={() => toggle(group.key)}
      />
    );
  }
  const row = what.kind === "row" ? rows.get(`${what.segment}:${what.page}`)?.rows[what.row] : undefined;
  if (row) return <SystemLine {...at} row={row} />;
  return readOnly ? null : <AheadLine {...at} />;
}

/** The pages that stand at these lines, and the segments whose end is near. */
function lookAt(pages: MatrixPages, lines: readonly number[]) {
  const [from, to] = [lines[0] ?? 0, lines.at(-1) ?? 0];
  const { segments, starts } = pages;
  const seen = new Map<string, SeenPage>();
  for (const line of lines) {
    const what = lineAt(segments, starts, line);
    if (what.kind === "row") seen.set(`${what.segment}:${what.page}`, { segment: what.segment, page: what.page });
  }
  const ending = segments.flatMap(({ headed, open, marks }, index) => {
    const end = (starts[index] ?? 0) + (headed ? 1 : 0) + rowsRead(marks);
    const near = open && to + readAheadLines >= end && from <= (starts[index + 1] ?? 0);
    return near ? [index] : [];
  });
  return { seen: [...seen.values()], ending };
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

/** What the server draws: the rows it has, and the heads of the groups. */
const firstLines = ({ first, groups }: MatrixList) => first.rows.length + (groups?.length ?? 0);

/** The lines to be drawn with the room between them; the line that holds the focus stays wherever it is. */
function Lines({
  items,
  offset,
  sizePx,
  ...body
}: BodyProps & { items: readonly VirtualItem[]; offset: number; sizePx: number }) {
  const columns = columnsOf(body.pick);
  let end = offset;
  return (
    <>
      {items.map((item) => {
        const gap = item.start - end;
        end = item.start + item.size;
        return (
          <Fragment key={item.index}>
            <Gap px={gap} columns={columns} />
            <MatrixLine {...body} line={item.index} />
          </Fragment>
        );
      })}
      <Gap px={offset + sizePx - end} columns={columns} />
    </>
  );
}

function useMatrixWindow(pages: MatrixPages, recalled: Left | null) {
  const body = useRef<HTMLTableSectionElement>(null);
  const focused = useRef<number | null>(null);
  const size = useRowSize();
  const offset = useOffsetTop(body);
  const { segments, starts } = pages;
  const count = starts.at(-1) ?? 0;
  const virtualizer = useWindowVirtualizer({
    count,
    estimateSize: (line) => (lineAt(segments, starts, line).kind === "head" ? size.headPx : size.rowPx),
    overscan,
    scrollMargin: offset,
    useFlushSync: false,
    rangeExtractor: (range: Range) => {
      const lines = defaultRangeExtractor(range);
      const kept = focused.current;
      return kept === null || kept >= count || lines.includes(kept) ? lines : [...lines, kept].sort((a, b) => a - b);
    },
  });
  useLayoutEffect(() => {
    if (recalled) window.scrollTo(0, recalled.scrollTop);
  }, [recalled]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of density changes every row at once
  useEffect(() => virtualizer.measure(), [size.rowPx, size.measured]);
  const follow = {
    onFocus: (event: { target: Element }) => {
      focused.current = Number(event.target.closest("[data-index]")?.getAttribute("data-index") ?? "-1");
      if (focused.current < 0) focused.current = null;
    },
    onBlur: () => {
      focused.current = null;
    },
  };
  return { body, virtualizer, offset, follow, measure: size.measured ? virtualizer.measureElement : undefined };
}

const columnsOf = (pick: boolean) => matrixColumns.length + (pick ? 1 : 0);

/** Remembers where somebody is, for when they come back. */
function useRemembered(address: string, { marks, closed }: MatrixPages) {
  useEffect(() => {
    const remember = () => rememberPlace(address, { marks, closed, scrollTop: window.scrollY });
    window.addEventListener("scroll", remember, { passive: true });
    return () => window.removeEventListener("scroll", remember);
  }, [address, marks, closed]);
}

/** Reads the ids of the first rows that fit, a page at a time. */
function useIdsOf(asked: MatrixList["asked"]) {
  const client = useQueryClient();
  return async (most: number) => {
    const ids: string[] = [];
    for (let at: string | null = ""; at !== null && ids.length < most; ) {
      const page: SystemsPage = await client.fetchQuery(systemsPageQuery(asked, at));
      ids.push(...page.rows.map(({ id }) => id));
      at = page.after === null ? null : `after=${page.after}`;
    }
    return ids.slice(0, most);
  };
}

type TableProps = Props & { pages: MatrixPages; recalled: Left | null };

function MatrixTable({ sort, bar, pages, recalled, ...list }: TableProps) {
  const [mounted, setMounted] = useState(recalled !== null);
  const { body, virtualizer, offset, follow, measure } = useMatrixWindow(pages, recalled);
  const items = virtualizer.getVirtualItems();
  const pick = bar !== null;
  const heads = list.groups?.length ?? 0;
  const lines = mounted ? items.map(({ index }) => index) : upTo(firstLines(list));
  const { seen, ending } = lookAt(pages, lines);
  const rows = useSeenPages(pages, seen);
  useEffect(() => setMounted(true), []);
  useEffect(() => {
    if (mounted && !pages.failed) for (const segment of ending) void pages.readOn(segment);
    const [near] = seen;
    if (near) pages.forgetBeyond(near.segment, near.page);
  });
  const shared = { pages, list, pick, rows, measure };
  return (
    <TableFrame wide>
      <table
        {...tableRoles.table}
        aria-rowcount={list.total + heads + 1}
        className="w-full border-collapse max-md:block md:min-w-[68rem] md:table-fixed"
        {...follow}
      >
        <caption className="sr-only">Systems with their health</caption>
        <Head sort={sort} asked={list.asked} pick={pick} />
        <tbody ref={body} {...tableRoles.group} className="[overflow-anchor:none] max-md:block">
          {mounted ? (
            <Lines {...shared} items={items} offset={offset} sizePx={virtualizer.getTotalSize()} />
          ) : (
            lines.map((line) => <MatrixLine key={line} {...shared} line={line} />)
          )}
        </tbody>
      </table>
    </TableFrame>
  );
}

/** All that was read so far, for paper. */
function PrintedTable({ sort, bar, pages, ...list }: Omit<TableProps, "recalled">) {
  const pick = bar !== null;
  const rows = pages.readRows();
  const lines = upTo(pages.starts.at(-1) ?? 0);
  const shared = { pages, list, pick, rows, measure: undefined };
  return (
    <table {...tableRoles.table} className="w-full table-fixed border-collapse">
      <caption className="sr-only">Systems with their health, as far as they were read</caption>
      <Head sort={sort} asked={list.asked} pick={pick} />
      <tbody {...tableRoles.group}>
        {lines.map((line) => (
          <MatrixLine key={line} {...shared} line={line} readOnly />
        ))}
      </tbody>
    </table>
  );
}

function List({ address, ...props }: Props & { address: string }) {
  const { sort, bar, ...list } = props;
  const [recalled] = useState(() => recallPlace(address));
  const pages = useMatrixPages(list, recalled);
  const readIds = useIdsOf(list.asked);
  const printing = usePrinting();
  useMovingRows();
  useRemembered(address, pages);
  const card = (
    <Card>
      {printing ? (
        <PrintedTable {...props} pages={pages} />
      ) : (
        <MatrixTable {...props} pages={pages} recalled={recalled} />
      )}
      {pages.failed ? (
        <p role="alert" className="flex flex-wrap items-center gap-3 border-t px-4 py-3">
          The list could not be read on.
          <Button onClick={pages.retry}>Try again</Button>
        </p>
      ) : null}
    </Card>
  );
  if (bar === null) return card;
  return (
    <PickedForm
      action={bulkSystemsAction}
      name="systemIds"
      noun="system"
      doneText="The chosen systems were changed."
      total={list.total}
      readIds={readIds}
      bar={bar}
    >
      {card}
    </PickedForm>
  );
}

/** The estate matrix: a row for each system, read on as it is scrolled; without scripts it is its first page. */
export function Matrix(props: Props) {
  const address = [new URLSearchParams(props.asked).toString(), props.at].filter(Boolean).join("&");
  return (
    <LiveQueries key={address}>
      <List {...props} address={address} />
    </LiveQueries>
  );
}
