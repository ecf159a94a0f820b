import { Sparkline } from "@/components/charts/sparkline";
import { StatusGlyph } from "@/components/status/glyph";
import type { StatusKind } from "@/components/status/kind";
import { AppLink } from "@/components/ui/app-link";
import { Card } from "@/components/ui/card";
import { Moment } from "@/components/ui/moment";
import { DataTable } from "@/components/ui/table";
import { countText, durationText } from "@/lib/core/words";
import type { TierLine } from "@/lib/health/view";

const shortName = (name: string) => name.replace(/^Tier \d+: /, "");

type CountProps = {
  kind: StatusKind;
  count: number;
  of: number;
  href: string;
  label: string;
  note?: string | undefined;
};

/** A count beside what it is counted out of; it opens the systems that are missing from it, or those in it. */
function Count({ kind, count, of, href, label, note }: CountProps) {
  return (
    <AppLink
      href={href}
      prefetch={false}
      aria-label={`${label}: ${count} of ${of}${note ? `, ${note}` : ""}`}
      className="inline-flex items-baseline gap-2 rounded-xs hover:underline"
    >
      <StatusGlyph kind={kind} label={null} />
      <span className="whitespace-nowrap">
        <span className="text-xl font-semibold tracking-[-0.02em]">{countText(count)}</span>
        <span className="text-ink-3"> / {countText(of)}</span>
      </span>
      {note === undefined ? null : <span className="text-ink-3">{note}</span>}
    </AppLink>
  );
}

const link = (tier: string, cut: string) => `/systems?tier=${tier}&is=${cut}`;

const withinKind = ({ expected, beyond, unknown }: TierLine): StatusKind =>
  expected === 0 ? "none" : beyond > 0 ? "bad" : unknown > 0 ? "unknown" : "ok";

function Within({ tier }: { tier: TierLine }) {
  const { expected, within, unknown } = tier;
  const all = within === expected;
  return (
    <Count
      kind={withinKind(tier)}
      count={within}
      of={expected}
      label="Within RPO now"
      href={link(tier.id, all ? "within_rpo" : "outside_rpo")}
      note={unknown > 0 ? `${countText(unknown)} unknown` : undefined}
    />
  );
}

function Proven({ tier }: { tier: TierLine }) {
  const { expected, proven, parked } = tier;
  const all = proven === expected;
  return (
    <Count
      kind={expected === 0 ? "none" : all ? "ok" : "warn"}
      count={proven}
      of={expected}
      label="Proven restorable within its cadence"
      href={link(tier.id, all ? "proven" : "not_proven")}
      note={parked > 0 ? `${countText(parked)} parked` : undefined}
    />
  );
}

function Forecast({ tier }: { tier: TierLine }) {
  const { expected, forecastWithin, forecastBeyond } = tier;
  const unmeasured = expected - forecastWithin - forecastBeyond;
  const kind: StatusKind = expected === 0 ? "none" : forecastBeyond > 0 ? "warn" : unmeasured > 0 ? "unknown" : "ok";
  const cut = forecastBeyond > 0 ? "forecast_beyond" : unmeasured > 0 ? "not_measured" : "forecast_within";
  return (
    <Count
      kind={kind}
      count={forecastWithin}
      of={expected}
      label="Forecast within RTO"
      href={link(tier.id, cut)}
      note={unmeasured > 0 ? `${countText(unmeasured)} not measured` : undefined}
    />
  );
}

function Budget({ burn, burnLine }: TierLine) {
  if (burn === null) return <span className="text-ink-3">no systems to spend it</span>;
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2.5 gap-y-1">
      {burnLine.length > 1 ? (
        <Sparkline
          values={burnLine}
          objective={1}
          kind={burn.kind}
          label={`Time beyond the RPO this quarter, as a share of what is allowed: ${burn.words}`}
        />
      ) : null}
      <span
        className="text-ink-2"
        title={`${durationText(Math.round(burn.beyondSeconds))} of ${durationText(Math.round(burn.budgetSeconds))} allowed this quarter`}
      >
        {burn.words}
      </span>
    </span>
  );
}

/** Through when the budgets come from recovery points: as far as the tier that lags most. */
function Through({ tiers }: { tiers: readonly TierLine[] }) {
  const known = tiers.filter(({ burn }) => burn !== null).map(({ burnThroughAt }) => burnThroughAt);
  if (known.length === 0) return null;
  const [least] = known.flatMap((at) => at ?? []).sort();
  return (
    <p className="border-t px-4 py-2.5 text-sm text-ink-3">
      {least === undefined ? (
        "Time beyond the RPO is not summed yet; until then the budget goes by the present state."
      ) : (
        <>
          Time beyond the RPO is summed from recovery points through <Moment at={least} local={false} />, and goes by
          the present state since.
        </>
      )}
    </p>
  );
}

/** Three numbers for each tier, each a way into the systems behind it, and the quarter's budget. */
export function TierTable({ tiers }: { tiers: readonly TierLine[] }) {
  return (
    <Card>
      <DataTable
        caption="Each tier: how many systems are within their RPO, proven, and forecast within their RTO"
        rows={tiers}
        rowKey={({ id }) => id}
        columns={[
          {
            key: "tier",
            header: "Tier",
            cell: ({ id, rank, name, rtoSeconds, rpoSeconds }) => (
              <AppLink href={`/systems?tier=${id}`} prefetch={false} className="hover:underline">
                <b>{rank}</b>{" "}
                <span className="text-ink-3">
                  {shortName(name)} · RTO {durationText(rtoSeconds)} · RPO {durationText(rpoSeconds)}
                </span>
              </AppLink>
            ),
          },
          { key: "within", header: "Within RPO now", cell: (tier) => <Within tier={tier} /> },
          { key: "proven", header: "Proven restorable", cell: (tier) => <Proven tier={tier} /> },
          { key: "forecast", header: "Forecast within RTO", cell: (tier) => <Forecast tier={tier} /> },
          { key: "budget", header: "RPO budget this quarter", cell: (tier) => <Budget {...tier} /> },
        ]}
      />
      <Through tiers={tiers} />
    </Card>
  );
}
