import { AgeBar } from "@/components/status/age-bar";
import { StatusGlyph } from "@/components/status/glyph";
import { TierChip } from "@/components/status/tier-chip";
import { Card, CardRow } from "@/components/ui/card";
import { LinkButton } from "@/components/ui/link-button";
import { NameText } from "@/components/ui/name-text";
import { TextLink } from "@/components/ui/text-link";
import { plural, visible } from "@/lib/core/words";
import type { AttentionRow } from "@/lib/health/view";
import { ageKind, healthKind, healthWord } from "./health-look";

function Entry({ row }: { row: AttentionRow }) {
  return (
    <CardRow
      className="flex-wrap"
      lead={<StatusGlyph kind={healthKind[row.state]} label={healthWord[row.state]} className="mt-[3px]" />}
      end={
        <span className="flex flex-none items-start justify-between gap-5 max-sm:w-full max-sm:pl-6">
          <AgeBar
            seconds={row.ageSeconds}
            objectiveSeconds={row.rpoSeconds}
            kind={ageKind(row.state, row.ageSeconds, row.rpoSeconds)}
            className="w-30"
          />
          <span className="flex w-31 justify-end">
            {row.step === null ? null : (
              <LinkButton href={row.step.href} className="w-full">
                {row.step.label}
              </LinkButton>
            )}
          </span>
        </span>
      }
    >
      <span className="flex flex-wrap items-baseline gap-x-2 gap-y-0.5">
        <TextLink href={`/systems/${row.id}`} className="font-semibold text-ink">
          <NameText text={row.name} length={60} />
        </TextLink>
        <TierChip rank={row.tierRank} />
        <span className="text-ink-3">
          {row.owner === null ? "no owner" : <NameText text={row.owner} length={40} />}
        </span>
      </span>
      <span className="line-clamp-3 text-ink-2" title={visible(row.why)}>
        <NameText text={row.why} />
      </span>
      <span className="block text-sm text-ink-3">{row.rank}</span>
    </CardRow>
  );
}

/** What would hurt most, worst first: why, how far beyond, and the one thing to do. */
export function AttentionList({ rows, total }: { rows: readonly AttentionRow[]; total: number }) {
  return (
    <Card
      title="What would hurt most"
      more={
        total === 0 ? null : total > rows.length ? (
          <TextLink href="/systems?is=attention">{plural(total, "system")}, worst first</TextLink>
        ) : (
          `${plural(total, "system")}, worst first`
        )
      }
    >
      {rows.length === 0 ? (
        <p className="px-4 py-6 text-ink-2">
          Nothing asks for attention: every system is within its RPO and proven within its cadence.
        </p>
      ) : (
        <ol>
          {rows.map((row) => (
            <li key={row.id} className="border-b last:border-b-0">
              <Entry row={row} />
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}
