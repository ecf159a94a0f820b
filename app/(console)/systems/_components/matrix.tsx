import { ageKind, healthKind, healthWord } from "@/app/(console)/_components/health-look";
import { AgeBar } from "@/components/status/age-bar";
import { CopyPips } from "@/components/status/copy-pips";
import { StatusGlyph } from "@/components/status/glyph";
import { ProofBadge } from "@/components/status/proof-badge";
import { RunStrip } from "@/components/status/run-strip";
import { TierChip } from "@/components/status/tier-chip";
import { AppLink } from "@/components/ui/app-link";
import { Checkbox } from "@/components/ui/checkbox";
import { NameText } from "@/components/ui/name-text";
import { type Column, DataTable } from "@/components/ui/table";
import { visible } from "@/lib/core/words";
import { forecastWithin } from "@/lib/health/rules";
import type { SystemRow } from "@/lib/systems/view";
import { SortHeader } from "./sort-header";

type Props = { rows: readonly SystemRow[]; sort: string; asked: Record<string, string>; pick: boolean };

function NameCell({ row }: { row: SystemRow }) {
  return (
    <span className="flex items-start gap-2.5">
      <StatusGlyph kind={healthKind[row.state]} label={healthWord[row.state]} className="mt-[3px]" />
      <span className="grid min-w-0">
        <span className="flex flex-wrap items-baseline gap-x-2 gap-y-0.5">
          <span title={row.why && visible(row.why)}>
            <AppLink
              href={`/systems/${row.id}`}
              prefetch={false}
              data-row-link
              className="rounded-xs font-semibold underline-offset-3 hover:underline"
            >
              <NameText text={row.name} length={48} />
            </AppLink>
          </span>
          <TierChip rank={row.tier?.rank ?? null} />
          {row.environment === "production" || row.environment === "unknown" ? null : (
            <span className="text-sm text-ink-3">{row.environment}</span>
          )}
        </span>
        <span className="text-ink-3">
          <NameText text={row.makeup} length={64} />
        </span>
      </span>
    </span>
  );
}

function Proof({ row }: { row: SystemRow }) {
  if (row.state === "parked") return <ProofBadge level={null} kind="none" note="not asked for" />;
  if (row.proofFailed) return <ProofBadge level={row.proofLevel} kind="bad" note="verification failed" />;
  return (
    <ProofBadge
      level={row.provenAgeSeconds === null ? null : (row.proofLevel ?? "restored")}
      ageSeconds={row.provenAgeSeconds}
      kind={row.provenWithin ? "ok" : "warn"}
    />
  );
}

function RestoreTime({ row }: { row: SystemRow }) {
  if (row.state === "parked") return <span className="text-ink-3">–</span>;
  const within = forecastWithin(row.rtaSeconds, row.rtoSeconds);
  return (
    <AgeBar
      seconds={row.rtaSeconds}
      objectiveSeconds={row.rtoSeconds}
      kind={within === false ? "warn" : "ok"}
      missing="not measured"
    />
  );
}

/** The estate matrix: a row for each system. */
export function Matrix({ rows, sort, asked, pick }: Props) {
  const head = (label: string, by: string) => <SortHeader label={label} sort={by} current={sort} asked={asked} />;
  const picker: Column<SystemRow> = {
    key: "pick",
    header: <span className="sr-only">Choose</span>,
    label: "Choose",
    className: "md:w-9",
    cell: (row) => <Checkbox bare label={`Choose ${row.name}`} name="systemIds" value={row.id} />,
  };
  const columns: Column<SystemRow>[] = [
    {
      key: "system",
      header: head("System", "name"),
      label: "System",
      rowHeader: true,
      cell: (row) => <NameCell row={row} />,
    },
    {
      key: "age",
      header: head("Age of data", "age"),
      label: "Age of data",
      cell: (row) =>
        row.state === "parked" ? (
          <span className="text-ink-3">{row.lifecycle}</span>
        ) : (
          <AgeBar
            seconds={row.ageSeconds}
            objectiveSeconds={row.rpoSeconds}
            kind={ageKind(row.state, row.ageSeconds, row.rpoSeconds)}
            missing="no data"
          />
        ),
    },
    { key: "runs", header: "Last 30 runs", cell: (row) => <RunStrip runs={row.runs} /> },
    {
      key: "copies",
      header: "Copies",
      cell: (row) => (row.copies === null ? <span className="text-ink-3">–</span> : <CopyPips rules={row.copies} />),
    },
    { key: "proof", header: head("Last proven", "proof"), label: "Last proven", cell: (row) => <Proof row={row} /> },
    { key: "restore", header: "Restore time", cell: (row) => <RestoreTime row={row} /> },
    {
      key: "owner",
      header: "Owner",
      cell: (row) =>
        row.owner === null ? <span className="text-ink-3">nobody</span> : <NameText text={row.owner} length={28} />,
    },
  ];
  return (
    <DataTable
      caption="Systems with their health"
      rows={rows}
      rowKey={({ id }) => id}
      columns={pick ? [picker, ...columns] : columns}
    />
  );
}
