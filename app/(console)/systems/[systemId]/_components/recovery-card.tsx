import { StatusBadge } from "@/components/status/status-badge";
import { TierChip } from "@/components/status/tier-chip";
import { Card } from "@/components/ui/card";
import { NameText } from "@/components/ui/name-text";
import { DataTable } from "@/components/ui/table";
import { TextLink } from "@/components/ui/text-link";
import { durationText, plural } from "@/lib/core/words";
import type { RecoverySequence, RecoveryStep } from "@/lib/dependencies/view";

type Row = RecoveryStep & { wave: number; key: string };

function Finish({ row, atLeast }: { row: Row; atLeast: boolean }) {
  if (row.finishSeconds === 0) return <span className="text-ink-3">not measured</span>;
  const text = `${atLeast ? "at least " : ""}${durationText(row.finishSeconds)}`;
  if (row.rtoSeconds === null) return text;
  return (
    <StatusBadge kind={row.late ? "bad" : atLeast ? "unknown" : "ok"}>
      {text}, {row.late ? "past" : "of"} {durationText(row.rtoSeconds)}
    </StatusBadge>
  );
}

/** In which order a system and all it needs come back, wave by wave, and when. */
export function RecoveryCard({ sequence }: { sequence: RecoverySequence }) {
  const rows = sequence.waves.flatMap((steps, wave) =>
    steps.map((step, index): Row => ({ ...step, wave: wave + 1, key: `${wave}-${index}` })),
  );
  if (rows.length < 2) return null;
  // A finish rests on every wave before it: with one unmeasured anywhere it is the least it can be.
  const unsureFrom = rows.find(({ ownSeconds }) => ownSeconds === null)?.wave ?? Number.POSITIVE_INFINITY;
  return (
    <Card title="If all of it were lost" more={plural(sequence.waves.length, "wave")}>
      <DataTable
        caption="Order of recovery"
        rows={rows}
        rowKey={({ key }) => key}
        columns={[
          { key: "wave", header: "Wave", cell: ({ wave }) => wave },
          {
            key: "system",
            header: "System",
            rowHeader: true,
            cell: ({ id, name, tierRank, inCircle }) => (
              <>
                {id === null || name === null ? (
                  <span className="text-ink-3">one you may not see</span>
                ) : (
                  <TextLink href={`/systems/${id}/dependencies`} className="font-medium text-ink">
                    <NameText text={name} length={48} />
                  </TextLink>
                )}{" "}
                <TierChip rank={tierRank} className="align-middle" />
                {inCircle ? <div className="text-sm text-ink-3">in a circle: recovered one after another</div> : null}
              </>
            ),
          },
          {
            key: "own",
            header: "Its own restore",
            align: "end",
            cell: ({ ownSeconds }) => (ownSeconds === null ? "not measured" : durationText(ownSeconds)),
          },
          { key: "finish", header: "Back after", cell: (row) => <Finish row={row} atLeast={row.wave >= unsureFrom} /> },
        ]}
      />
      <p className="border-t px-4 py-3 text-sm text-ink-3">
        By hard dependencies, with hands enough for each wave, and by the slow end of measured restores.
        {sequence.unmeasured > 0
          ? ` ${plural(sequence.unmeasured, "system was", "systems were")} never measured: a restore test tells.`
          : ""}
        {sequence.cut ? " The nearest 500 systems only." : ""}
      </p>
    </Card>
  );
}
