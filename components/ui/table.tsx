import type { ReactNode } from "react";
import { cn } from "./cn";
import { shown } from "./shown";

export type Column<Row> = {
  key: string;
  header: ReactNode;
  cell: (row: Row) => ReactNode;
  /** The header's words on a phone card, where the header itself is not text. */
  label?: string;
  align?: "start" | "end";
  /** Keeps the cell on one line; at the end of a row that is the rule. */
  nowrap?: boolean;
  /** Left out of the phone's card. */
  wideOnly?: boolean;
  /** Names the row for a screen reader; the first column unless told. */
  rowHeader?: boolean;
  className?: string;
};

type Props<Row> = {
  /** What the table shows, for a screen reader. */
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** What stands in place of the rows when there are none. */
  empty?: ReactNode;
  className?: string;
};

const alignClass = (align: "start" | "end" | undefined) => (align === "end" ? "md:text-right" : "text-left");

type FrameProps = {
  children: ReactNode;
  /** Has more columns than a small laptop holds: it scrolls sideways there, and its head no longer sticks. */
  wide?: boolean;
  className?: string;
};

/** The frame of a table: it scrolls sideways by itself, so that the page never does. */
export function TableFrame({ children, wide = false, className }: FrameProps) {
  const scrolls = wide
    ? "max-[1400px]:overflow-x-auto max-[1400px]:[--top-h:0px]"
    : "max-lg:overflow-x-auto max-lg:[--top-h:0px]";
  return <div className={cn("min-w-0", scrolls, className)}>{children}</div>;
}

// Roles are spelled out because a table that is laid out as cards loses its own in some browsers.
export const tableRoles = {
  table: { role: "table" },
  group: { role: "rowgroup" },
  row: { role: "row" },
  header: { role: "columnheader" },
  rowHeader: { role: "rowheader", scope: "row" },
  cell: { role: "cell" },
} as const;

function DataCell<Row>({ column, row, head }: { column: Column<Row>; row: Row; head: boolean }) {
  const Cell = head ? "th" : "td";
  const end = column.align === "end";
  return (
    <Cell
      {...(head ? tableRoles.rowHeader : tableRoles.cell)}
      data-label={column.label ?? (typeof column.header === "string" ? column.header : undefined)}
      className={cn(
        "data-cell",
        head ? "text-left md:min-w-52" : "labelled-cell",
        alignClass(column.align),
        end && "num",
        (column.nowrap ?? end) && "md:whitespace-nowrap",
        column.wideOnly && "max-md:hidden",
        column.className,
      )}
    >
      {shown(column.cell(row))}
    </Cell>
  );
}

/** A table with a sticky head; on a phone each row is a card with the same order of facts. */
export function DataTable<Row>({ caption, columns, rows, rowKey, empty, className }: Props<Row>) {
  if (rows.length === 0 && empty !== undefined) return <div className="p-4">{empty}</div>;
  const headerKey = (columns.find((column) => column.rowHeader) ?? columns[0])?.key;
  return (
    <table {...tableRoles.table} className={cn("w-full border-collapse max-md:block", className)}>
      <caption className="sr-only">{shown(caption)}</caption>
      <thead className="max-md:sr-only" {...tableRoles.group}>
        <tr {...tableRoles.row}>
          {columns.map((column) => (
            <th
              key={column.key}
              scope="col"
              {...tableRoles.header}
              className={cn(
                "sticky top-[var(--top-h,0px)] z-1 border-b bg-surface px-3 py-2 text-sm font-medium whitespace-nowrap text-ink-3 first:rounded-tl-lg first:pl-4 last:rounded-tr-lg last:pr-4",
                alignClass(column.align),
              )}
            >
              {column.header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody {...tableRoles.group} className="max-md:block">
        {rows.map((row) => (
          <tr
            key={rowKey(row)}
            {...tableRoles.row}
            data-row
            className="border-b last:border-b-0 hover:bg-hover focus-within:bg-hover max-md:grid max-md:gap-1.5 max-md:px-4 max-md:py-3"
          >
            {columns.map((column) => (
              <DataCell key={column.key} column={column} row={row} head={column.key === headerKey} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
