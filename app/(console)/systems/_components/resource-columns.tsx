import { Checkbox } from "@/components/ui/checkbox";
import { NameText } from "@/components/ui/name-text";
import type { Column } from "@/components/ui/table";

type Shown = { id: string; name: string; kind: string; region: string };

/** The columns by which resources are chosen and told apart; to be chosen only by who may assign them. */
export const resourceColumns = <Row extends Shown>(pick: boolean): Column<Row>[] => {
  const choose: Column<Row> = {
    key: "pick",
    header: <span className="sr-only">Choose</span>,
    label: "Choose",
    className: "md:w-9 md:align-top",
    cell: (row) => <Checkbox bare label={`Choose ${row.name}`} name="resourceIds" value={row.id} data-row-link />,
  };
  const name: Column<Row> = {
    key: "name",
    header: "Resource",
    rowHeader: true,
    className: "md:align-top",
    cell: (row) => (
      <>
        <NameText text={row.name} length={56} className="font-semibold" />
        <div className="text-ink-3">
          {row.kind} · {row.region}
        </div>
      </>
    ),
  };
  return pick ? [choose, name] : [name];
};
