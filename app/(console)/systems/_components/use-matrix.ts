"use client";
import { useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { stampQuery } from "@/lib/health/queries";
import { layOut, learnPage, nextAt, type PageMark, type Segment } from "@/lib/systems/marks";
import { systemsKey, systemsPageQuery } from "@/lib/systems/queries";
import { firstPageRows } from "@/lib/systems/rules";
import type { SystemGroup, SystemsPage } from "@/lib/systems/view";
import type { Left } from "./matrix-memory";

/** So many pages on either side of what is looked at stay in memory. */
const pagesKept = 8;

const whole: SystemGroup = { key: "", label: "", total: 0, worst: "unknown", worstCount: 0, asked: {} };
const onlyGroup = [whole];

export type MatrixList = {
  /** The first rows, as the server made them. */
  first: SystemsPage;
  groups: readonly SystemGroup[] | null;
  /** How many systems the list holds, in all its groups. */
  total: number;
  /** What the address asks for, without the place in the list. */
  asked: Readonly<Record<string, string>>;
  /** The place of the first rows, as the address spells it. */
  at: string;
};

type Marks = Readonly<Record<string, readonly PageMark[]>>;

/** The first page is read again as long as the server made it. */
const firstAt = ({ at }: MatrixList) => [at, `rows=${firstPageRows}`].filter(Boolean).join("&");

function firstMarks(list: MatrixList): Marks {
  const { first, groups } = list;
  const mark = { at: firstAt(list), start: 0, count: first.rows.length, next: first.after };
  const [group = whole] = groups ?? onlyGroup;
  return { [group.key]: [mark] };
}

/** The pages of the matrix: which are known, which are looked at, and how to read on. */
export function useMatrixPages(list: MatrixList, recalled: Left | null) {
  const client = useQueryClient();
  const groups = list.groups ?? onlyGroup;
  const [marks, setMarks] = useState<Marks>(() => recalled?.marks ?? firstMarks(list));
  const [closed, setClosed] = useState<ReadonlySet<string>>(() => recalled?.closed ?? new Set());
  const [failed, setFailed] = useState(false);
  const [firstKey] = useState(() => {
    const { queryKey } = systemsPageQuery({ ...list.asked, ...groups[0]?.asked }, firstAt(list));
    client.setQueryData(queryKey, list.first);
    return queryKey;
  });
  const reading = useRef(new Set<string>());

  const segments = useMemo(
    () =>
      groups.map(
        ({ key, total }): Segment => ({
          key,
          headed: list.groups !== null,
          open: !closed.has(key),
          total: list.groups ? total : list.total,
          marks: marks[key] ?? [],
        }),
      ),
    [groups, list.groups, list.total, closed, marks],
  );
  const starts = useMemo(() => layOut(segments), [segments]);
  const queryOf = (segment: number, at: string) => systemsPageQuery({ ...list.asked, ...groups[segment]?.asked }, at);

  const learn = (key: string, page: number, read: SystemsPage) =>
    setMarks((known) => {
      const before = known[key] ?? [];
      const after = learnPage(before, page, { count: read.rows.length, next: read.after });
      return after === before ? known : { ...known, [key]: after };
    });

  const readOn = async (segment: number) => {
    const known = segments[segment];
    const at = known && nextAt(known.marks);
    if (!known || at === null || at === undefined || reading.current.has(known.key)) return;
    reading.current.add(known.key);
    try {
      learn(known.key, known.marks.length, await client.fetchQuery(queryOf(segment, at)));
      setFailed(false);
    } catch {
      setFailed(true);
    }
    reading.current.delete(known.key);
  };

  /** Forgets the rows of pages far from what is looked at; their keys stay, so that they can be read again. */
  const forgetBeyond = (segment: number, page: number) => {
    for (const [index, mark] of (segments[segment]?.marks ?? []).entries())
      if (Math.abs(index - page) > pagesKept)
        client.removeQueries({ queryKey: queryOf(segment, mark.at).queryKey, exact: true });
  };

  const toggle = (key: string) =>
    setClosed((before) => {
      const next = new Set(before);
      if (!next.delete(key)) next.add(key);
      return next;
    });

  /** Every page that is still in memory. */
  const readRows = () => {
    const found = new Map<string, SystemsPage>();
    for (const [segment, known] of segments.entries())
      for (const [page, mark] of known.marks.entries()) {
        const data = client.getQueryData(queryOf(segment, mark.at).queryKey);
        if (data) found.set(`${segment}:${page}`, data);
      }
    return found;
  };

  const shown = useRef(list.first);
  useEffect(() => {
    // The server made the page again, as it does after a change of several systems at once.
    if (shown.current === list.first) return;
    shown.current = list.first;
    client.setQueryData(firstKey, list.first);
    void client.invalidateQueries({ queryKey: systemsKey });
  }, [list.first, client, firstKey]);

  const retry = () => setFailed(false);
  return { segments, starts, marks, closed, toggle, queryOf, learn, readOn, readRows, forgetBeyond, failed, retry };
}

export type MatrixPages = ReturnType<typeof useMatrixPages>;
export type SeenPage = { segment: number; page: number };

/** The rows of the pages that are looked at; these alone are asked for again when the estate has moved. */
export function useSeenPages(pages: MatrixPages, seen: readonly SeenPage[]): Map<string, SystemsPage> {
  const { segments, queryOf, learn } = pages;
  const results = useQueries({
    queries: seen.map(({ segment, page }) => queryOf(segment, segments[segment]?.marks[page]?.at ?? "")),
  });
  const found = new Map<string, SystemsPage>();
  for (const [index, { segment, page }] of seen.entries()) {
    const data = results[index]?.data;
    if (data) found.set(`${segment}:${page}`, data);
  }
  useEffect(() => {
    for (const [index, { segment, page }] of seen.entries()) {
      const data = results[index]?.data;
      const key = segments[segment]?.key;
      if (data && key !== undefined) learn(key, page, data);
    }
  });
  return found;
}

/** Asks a small question every few seconds, and has the pages that are looked at read again when its answer changed. */
export function useMovingRows() {
  const client = useQueryClient();
  const { data } = useQuery(stampQuery("/api/live/home"));
  const last = useRef<string | null>(null);
  const stamp = data?.stamp ?? null;
  useEffect(() => {
    if (stamp === null) return;
    if (last.current !== null && last.current !== stamp) void client.invalidateQueries({ queryKey: systemsKey });
    last.current = stamp;
  }, [stamp, client]);
}
