import type { ReactNode } from "react";
import { ageKind, healthKind, healthWord } from "@/app/(console)/_components/health-look";
import { AgeBar } from "@/components/status/age-bar";
import { CopyPips } from "@/components/status/copy-pips";
import { StatusGlyph } from "@/components/status/glyph";
import { LightRunStrip } from "@/components/status/light-run-strip";
import { ProofBadge } from "@/components/status/proof-badge";
import { TierChip } from "@/components/status/tier-chip";
import { AppLink } from "@/components/ui/app-link";
import { NameText } from "@/components/ui/name-text";
import { visible } from "@/lib/core/words";
import { forecastWithin } from "@/lib/health/rules";
import type { SystemSort } from "@/lib/systems/rules";
import { stripRuns, stripStates } from "@/lib/systems/strip";
import type { SystemRow } from "@/lib/systems/view";

export type MatrixColumn = {
  key: string;
  label: string;
  /** The order that its head asks for. */
  sort?: SystemSort;
  /** Its width where the matrix is a table; the names take what is left. */
  width?: string;
  cell: (row: SystemRow) => ReactNode;
};

function NameCell({ row }: { row: SystemRow }) {
  return (
    <span className="flex items-start gap-2.5">
      <StatusGlyph kind={healthKind[row.state]} label={healthWord[row.state]} className="mt-[3px]" />
      <span className="grid min-w-0">
        <span className="flex min-w-0 items-baseline gap-x-2 max-md:flex-wrap">
          <span className="min-w-0 md:truncate" title={visible(row.why ? `${row.name}: ${row.why}` : row.name)}>
            <AppLink
              href={`/systems/${row.id}`}
              prefetch={false}
              data-row-link
              className="rounded-xs font-semibold -outline-offset-2 underline-offset-3 hover:underline"
            >
              <NameText text={row.name} length={48} />
            </AppLink>
          </span>
          <TierChip rank={row.tier?.rank ?? null} className="flex-none" />
        </span>
        <span className="min-w-0 text-ink-3 md:truncate">
          {row.environment === "production" || row.environment === "unknown" ? null : `${row.environment} · `}
          <NameText text={row.makeup} length={64} />
        </span>
      </span>
    </span>
  );
}

const Nothing = ({ children }: { children: ReactNode }) => <span className="text-ink-3">{children}</span>;

function Age({ row }: { row: SystemRow }) {
  if (row.state === "parked") return <Nothing>{row.lifecycle}</Nothing>;
  return (
    <AgeBar
      seconds={row.ageSeconds}
      objectiveSeconds={row.rpoSeconds}
      kind={ageKind(row.state, row.ageSeconds, row.rpoSeconds)}
      missing="no data"
    />
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

const Runs = ({ row: { strip } }: { row: SystemRow }) => (
  <LightRunStrip states={stripStates(strip)} runAt={(place) => stripRuns(strip)[place]} />
);

function RestoreTime({ row }: { row: SystemRow }) {
  if (row.state === "parked") return <Nothing>–</Nothing>;
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

/** What the matrix says of each system, from left to right. */
export const matrixColumns: readonly MatrixColumn[] = [
  { key: "system", label: "System", sort: "name", cell: (row) => <NameCell row={row} /> },
  { key: "age", label: "Age of data", sort: "age", width: "md:w-34", cell: (row) => <Age row={row} /> },
  { key: "runs", label: "Last 30 runs", width: "md:w-48", cell: (row) => <Runs row={row} /> },
  {
    key: "copies",
    label: "Copies",
    width: "md:w-27",
    cell: (row) => (row.copies === null ? <Nothing>–</Nothing> : <CopyPips rules={row.copies} />),
  },
  { key: "proof", label: "Last proven", sort: "proof", width: "md:w-39", cell: (row) => <Proof row={row} /> },
  { key: "restore", label: "Restore time", width: "md:w-36", cell: (row) => <RestoreTime row={row} /> },
  {
    key: "owner",
    label: "Owner",
    width: "md:w-31",
    cell: (row) =>
      row.owner === null ? (
        <Nothing>nobody</Nothing>
      ) : (
        <NameText text={row.owner} length={28} className="line-clamp-2 wrap-anywhere" />
      ),
  },
];
