import { ageKind, healthKind, healthWord } from "@/app/(console)/_components/health-look";
import { AgeBar } from "@/components/status/age-bar";
import { CopyPips } from "@/components/status/copy-pips";
import { StatusGlyph } from "@/components/status/glyph";
import { ProofBadge } from "@/components/status/proof-badge";
import { RunList, RunStrip } from "@/components/status/run-strip";
import { Card, CardRow } from "@/components/ui/card";
import { Figure } from "@/components/ui/facts";
import { LinkButton } from "@/components/ui/link-button";
import { Moment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { ageText, durationText, visible } from "@/lib/core/words";
import { forecastWithin, type ProofLevel } from "@/lib/health/rules";
import type { ReasonView, SystemMakeup, SystemView } from "@/lib/systems/view";

const secondsSince = (at: string | null, now: string) =>
  at === null ? null : (Date.parse(now) - Date.parse(at)) / 1_000;

function weakest(system: SystemView): ProofLevel | null {
  const levels = system.members.filter(({ required }) => required).map(({ proofLevel }) => proofLevel);
  return levels.includes(null) ? null : (levels[0] ?? null);
}

/** A forecast is a band: half of the measured restores were done by its lower end, nine in ten by its upper. */
const measuredText = ({ measured: { restores, usualSeconds } }: SystemView) =>
  restores === 1 || usualSeconds === null
    ? "as the one measured restore took"
    : `slow end of ${restores} measured restores; usually ${durationText(usualSeconds)}`;

/** The four figures of a system, each beside what it is measured against. */
export function FigureRow({ system, makeup }: { system: SystemView; makeup: SystemMakeup }) {
  const parked = system.state === "parked";
  const forecast = forecastWithin(system.rtaSeconds, system.rtoSeconds);
  return (
    <Card>
      <div className="grid gap-x-6 gap-y-4 p-4 sm:grid-cols-2 lg:grid-cols-4">
        <Figure
          label="Age of data"
          value={
            <AgeBar
              className="text-base font-normal tracking-normal"
              seconds={system.ageSeconds}
              objectiveSeconds={system.rpoSeconds}
              kind={ageKind(system.state, system.ageSeconds, system.rpoSeconds)}
              missing={parked ? "not asked for" : "no data"}
            />
          }
          note={system.newestAsOf === null ? undefined : <Moment at={system.newestAsOf} precision="second" />}
        />
        <Figure
          label="Last proven"
          value={
            <ProofBadge
              className="text-base font-normal tracking-normal"
              level={weakest(system)}
              ageSeconds={secondsSince(system.provenAt, system.now)}
              kind={parked ? "none" : system.provenWithin ? "ok" : "warn"}
            />
          }
          note={
            system.provenAt === null ? (
              "Restore it into an isolated place to prove it."
            ) : (
              <Moment at={system.provenAt} />
            )
          }
        />
        <Figure
          label="Restore time"
          value={
            <AgeBar
              className="text-base font-normal tracking-normal"
              seconds={system.rtaSeconds}
              objectiveSeconds={system.rtoSeconds}
              kind={forecast === false ? "warn" : "ok"}
              missing="not measured"
            />
          }
          note={
            system.rtaSeconds === null
              ? "A measured restore would tell."
              : `${measuredText(system)}${system.detectionAllowanceSeconds > 0 ? `, with ${ageText(system.detectionAllowanceSeconds)} to notice` : ""}`
          }
        />
        <Figure
          label="Copies"
          value={
            makeup.copies === null ? (
              <span className="text-base font-normal text-ink-3">none asked for</span>
            ) : (
              <CopyPips rules={makeup.copies} />
            )
          }
          note={makeup.copies === null ? undefined : Object.values(makeup.copies).find(({ met }) => met === false)?.why}
        />
      </div>
      <div id="runs" className="flex flex-wrap items-center gap-x-4 gap-y-2 border-t px-4 py-3">
        <span className="text-ink-3">Last 30 runs</span>
        <RunStrip runs={makeup.runs} />
        <details className="min-w-0 basis-full">
          <summary className="w-fit rounded-xs text-ink-3 hover:text-ink-2">As a list</summary>
          <div className="mt-2 max-h-72 overflow-y-auto">
            <RunList runs={makeup.runs} />
          </div>
        </details>
      </div>
    </Card>
  );
}

/** Every reason for the verdict, with the rule it comes by and the one thing to do. */
export function ReasonList({ reasons, named }: { reasons: readonly ReasonView[]; named: boolean }) {
  return (
    <Card title="Why" more="worst first">
      {reasons.map((reason) => (
        <CardRow
          key={`${reason.rule} ${reason.resourceId}`}
          lead={<StatusGlyph kind={healthKind[reason.state]} label={healthWord[reason.state]} className="mt-[3px]" />}
          end={reason.step === null ? null : <LinkButton href={reason.step.href}>{reason.step.label}</LinkButton>}
        >
          <span>
            {named && reason.resourceName !== null ? (
              <>
                <NameText text={reason.resourceName} length={48} className="font-semibold" />:{" "}
              </>
            ) : null}
            <NameText text={reason.text} />
          </span>
          <span className="text-sm text-ink-3" title={visible(reason.meaning)}>
            Rule {reason.rule}: {reason.meaning}
          </span>
        </CardRow>
      ))}
    </Card>
  );
}
