import { ChevronDown, ChevronRight } from "lucide-react";
import { memo, type Ref } from "react";
import { healthKind, healthWord } from "@/app/(console)/_components/health-look";
import { StatusGlyph } from "@/components/status/glyph";
import { AppLink } from "@/components/ui/app-link";
import { Checkbox } from "@/components/ui/checkbox";
import { NameText } from "@/components/ui/name-text";
import { tableRoles } from "@/components/ui/table";
import { countText, plural } from "@/lib/core/words";
import type { SystemGroup, SystemRow } from "@/lib/systems/view";
import { type MatrixColumn, matrixColumns } from "./matrix-cells";
import { usePicked } from "./picks";

/** Where a row stands in the list, for a screen reader and for the virtualizer that measures it. */
type Placed = { line: number; measure?: Ref<HTMLTableRowElement> | undefined };

const placed = ({ line, measure }: Placed) => ({
  role: "row",
  "aria-rowindex": line + 2,
  "data-index": line,
  ...(measure ? { ref: measure } : {}),
});

function PickCell({ row }: { row: SystemRow }) {
  const [picked, toggle] = usePicked(row.id);
  return (
    <td {...tableRoles.cell} data-label="Choose" className="matrix-cell labelled-cell">
      <Checkbox bare label={`Choose ${row.name}`} checked={picked} onChange={toggle} />
    </td>
  );
}

function Cell({ column, row }: { column: MatrixColumn; row: SystemRow }) {
  if (column.key === "system")
    return (
      <th {...tableRoles.rowHeader} className="matrix-cell">
        {column.cell(row)}
      </th>
    );
  return (
    <td {...tableRoles.cell} data-label={column.label} className="matrix-cell labelled-cell">
      {column.cell(row)}
    </td>
  );
}

type RowProps = Placed & { row: SystemRow; pick: boolean };

/** A system; drawn again only when what is said of it changed. */
export const SystemLine = memo(function SystemLine({ row, pick, ...at }: RowProps) {
  return (
    <tr {...placed(at)} data-row className="matrix-row hover:bg-hover focus-within:bg-hover">
      {pick ? <PickCell row={row} /> : null}
      {matrixColumns.map((column) => (
        <Cell key={column.key} column={column} row={row} />
      ))}
    </tr>
  );
});

const wide = (pick: boolean) => matrixColumns.length + (pick ? 1 : 0);

type HeadProps = Placed & { group: SystemGroup; open: boolean; pick: boolean; href: string; onToggle: () => void };

/** The head of a group: its name, how many it holds, and the worst of them. */
export function GroupLine({ group, open, pick, href, onToggle, ...at }: HeadProps) {
  const Icon = open ? ChevronDown : ChevronRight;
  return (
    <tr
      {...placed(at)}
      data-row
      className="scroll-mt-[calc(var(--top-h)+2.5rem)] border-b bg-sunken md:h-10 max-md:block"
    >
      <th
        {...tableRoles.rowHeader}
        scope="rowgroup"
        colSpan={wide(pick)}
        className="px-3 text-left font-normal max-md:block"
      >
        <span className="flex min-w-0 items-center gap-2.5 max-md:flex-wrap max-md:py-1.5">
          <button
            type="button"
            aria-expanded={open}
            onClick={onToggle}
            data-row-link
            className="flex min-h-8 min-w-0 items-center gap-2 rounded-sm pr-1 -outline-offset-2 max-md:min-h-11"
          >
            <Icon aria-hidden="true" className="size-4 flex-none text-ink-3" />
            <NameText text={group.label} length={60} className="truncate font-semibold" />
          </button>
          <span className="flex-none text-ink-2">{plural(group.total, "system")}</span>
          <span className="flex flex-none items-center gap-1.5 text-ink-2">
            <StatusGlyph kind={healthKind[group.worst]} label={null} />
            {group.worstCount === group.total
              ? `all ${healthWord[group.worst]}`
              : `${countText(group.worstCount)} ${healthWord[group.worst]}`}
          </span>
          <AppLink
            href={href}
            prefetch={false}
            className="ml-auto flex-none rounded-sm px-1 text-ink-2 underline-offset-3 -outline-offset-2 hover:underline"
          >
            Only these<span className="sr-only"> of {group.label}</span>
          </AppLink>
        </span>
      </th>
    </tr>
  );
}

/** Room for a row that is on its way. */
export const AheadLine = memo(function AheadLine({ pick, ...at }: Placed & { pick: boolean }) {
  return (
    <tr {...placed(at)} className="matrix-row" aria-busy="true">
      <td {...tableRoles.cell} colSpan={wide(pick)} className="px-4 max-md:block max-md:h-24 max-md:px-0">
        <span className="sr-only">This row is being read.</span>
        <span aria-hidden="true" className="block h-3 w-48 rounded-sm bg-line" />
      </td>
    </tr>
  );
});
