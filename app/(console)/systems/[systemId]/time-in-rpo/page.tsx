import type { Metadata } from "next";
import { onlyText } from "@/app/(console)/systems/_components/asked";
import { TierChip } from "@/components/status/tier-chip";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { controlClass } from "@/components/ui/control-style";
import { LinkTabs } from "@/components/ui/link-tabs";
import { NameText } from "@/components/ui/name-text";
import { PageHeader } from "@/components/ui/page-header";
import { may } from "@/lib/access/permissions";
import { show } from "@/lib/access/show";
import { getTimeInRpo } from "@/lib/service-levels/data";
import { periodNames, periodWords } from "@/lib/service-levels/rules";
import type { TimeInRpoView } from "@/lib/service-levels/view";
import { getSystem } from "@/lib/systems/data";
import { BreachStrip } from "./_components/breach-strip";
import { ExclusionsCard } from "./_components/exclusions-card";
import { BreachTable, LevelFigures, PartTable, ScheduleTable } from "./_components/level-cards";

export const metadata: Metadata = { title: "Time within the RPO" };

type Asked = Record<string, string>;

const hrefOf = (path: string, asked: Asked, over: Asked) => {
  const query = new URLSearchParams({ ...asked, ...over });
  for (const [key, value] of [...query]) if (value === "") query.delete(key);
  return `${path}?${query}`;
};

/** What to judge: a loss to assume, whether only proven points count, days of one's own and the zone they are in. */
function ScopeForm({ view, asked }: { view: TimeInRpoView; asked: Asked }) {
  return (
    <form className="grid items-end gap-3 sm:grid-cols-2 lg:grid-cols-[repeat(4,minmax(0,1fr))_auto_auto]">
      {view.period === null ? null : <input type="hidden" name="period" value={view.period} />}
      <label className="grid gap-1 font-medium">
        If this region were lost
        <select name="lost" defaultValue={view.lost ?? ""} className={controlClass}>
          <option value="">none is</option>
          {view.regions.map((region) => (
            <option key={region}>{region}</option>
          ))}
        </select>
      </label>
      <label className="grid gap-1 font-medium">
        From
        <input type="date" name="from" defaultValue={asked.from} className={controlClass} />
      </label>
      <label className="grid gap-1 font-medium">
        To, included
        <input type="date" name="to" defaultValue={asked.to} className={controlClass} />
      </label>
      <label className="grid gap-1 font-medium">
        Time zone
        <input name="zone" defaultValue={view.zone} className={controlClass} autoComplete="off" />
      </label>
      <label className="flex min-h-9 items-center gap-2">
        <input type="checkbox" name="proven" value="1" defaultChecked={view.proven} /> proven points only
      </label>
      <Button type="submit">Judge</Button>
    </form>
  );
}

function Alerts({ view }: { view: TimeInRpoView }) {
  if (!view.burn || view.burn.alerts.length === 0) return null;
  return (
    <Banner kind="bad" title="The quarter's allowance is going too fast">
      {view.burn.alerts
        .map(({ kind, words }) =>
          kind === "fast"
            ? `At least 5 % of it went within the last ${words}.`
            : `At least 10 % of it went within the last ${words}.`,
        )
        .join(" ")}
    </Banner>
  );
}

/** One system's past against its RPO, to the second, with everything it rests on. */
export default async function TimeInRpoPage({ params, searchParams }: PageProps<"/systems/[systemId]/time-in-rpo">) {
  const [{ systemId: address }, search] = await Promise.all([params, searchParams]);
  const asked = onlyText(search);
  const { system, view, mayEdit } = await show(async (actor) => {
    const system = await getSystem(actor, { system: address });
    const view = system && (await getTimeInRpo(actor, { ...asked, systemId: system.id }));
    return view && { system, view, mayEdit: may(actor, "estate:edit") };
  });
  const path = `/systems/${system.id}/time-in-rpo`;
  const named = { ...asked, from: "", to: "" };
  const rpoSeconds = view.rules.at(-1)?.rpoSeconds ?? null;
  return (
    <>
      <PageHeader
        crumbs={[
          { label: "Systems", href: "/systems" },
          { label: system.name, href: `/systems/${system.id}` },
          { label: "Time within the RPO" },
        ]}
        title={
          <>
            <NameText text={system.name} /> <TierChip rank={system.tier?.rank ?? null} className="align-middle" />
          </>
        }
        sub="How long the newest data that could be restored was no older than its RPO. Judged by the tier, the members and the exclusions of each moment, counting from the data and not from the job."
      />
      <LinkTabs
        label="Period"
        tabs={periodNames.map((name) => ({
          href: hrefOf(path, named, { period: name }),
          label: periodWords[name],
          current: view.period === name,
        }))}
      />
      <ScopeForm view={view} asked={asked} />
      {view.lost === null ? null : (
        <Banner kind="warn" title={`As if ${view.lost} were lost`}>
          Nothing that lies there counts: this is the data that would be lost with the region.
        </Banner>
      )}
      <Alerts view={view} />
      <LevelFigures view={view} />
      <Card padded>
        <BreachStrip view={view} />
      </Card>
      <BreachTable rows={view.breaches} total={view.breachCount} />
      <PartTable rows={view.parts} />
      <ScheduleTable rows={view.schedules} rpoSeconds={rpoSeconds} />
      <ExclusionsCard systemId={system.id} view={view} mayEdit={mayEdit} />
      <Card title="Check it by hand" padded>
        <div className="grid gap-3">
          <p>
            <a
              href={hrefOf(`${path}/cases`, asked, {})}
              download={`${system.slug}-rpo.json`}
              className="rounded-xs text-accent underline-offset-3 hover:underline"
            >
              The points, streams and rules behind these figures
            </a>{" "}
            as cases, one for each resource; the command answers them without the database.
          </p>
          <CodeBlock
            label="Equivalent command"
            code={`npm run --silent holdfast -- recompute rpo < ${system.slug}-rpo.json`}
          />
        </div>
      </Card>
    </>
  );
}
