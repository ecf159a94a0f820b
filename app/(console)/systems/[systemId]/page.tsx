import type { Metadata } from "next";
import { healthKind, healthWord } from "@/app/(console)/_components/health-look";
import { LiveRefresh } from "@/app/(console)/_components/live-refresh";
import { TierChip } from "@/components/status/tier-chip";
import { LinkButton } from "@/components/ui/link-button";
import { NameText } from "@/components/ui/name-text";
import { PageHeader } from "@/components/ui/page-header";
import { may } from "@/lib/access/permissions";
import { show } from "@/lib/access/show";
import { listDependencies } from "@/lib/dependencies/data";
import { listRules } from "@/lib/resources/data";
import { getSystem } from "@/lib/systems/data";
import { getHistory, getMakeup, listCoverage, listSizes } from "@/lib/systems/history";
import { listPlaces } from "@/lib/systems/places";
import { DependenciesCard } from "./_components/dependencies-card";
import { MembersCard } from "./_components/members-card";
import { PlacesCard } from "./_components/places-card";
import { CoverageCard, JobsCard, RestoresCard, SizesCard } from "./_components/record-cards";
import { RulesCard } from "./_components/rules-card";
import { TimelineCard } from "./_components/timeline-card";
import { FigureRow, ReasonList } from "./_components/verdict-card";

export const metadata: Metadata = { title: "System" };

const daysOf = (asked: string | string[] | undefined) => (asked === "1" || asked === "30" ? Number(asked) : 7);

/** One system: its verdict, why, and everything the verdict rests on. */
export default async function SystemPage({ params, searchParams }: PageProps<"/systems/[systemId]">) {
  const [{ systemId: address }, asked] = await Promise.all([params, searchParams]);
  const days = daysOf(asked.days);
  const found = await show(async (actor) => {
    const system = await getSystem(actor, { system: address });
    if (!system) return null;
    const ref = { systemId: system.id, days };
    const [history, makeup, coverage, sizes, dependencies, rules, places] = await Promise.all([
      getHistory(actor, ref),
      getMakeup(actor, ref),
      listCoverage(actor, ref),
      listSizes(actor, ref),
      listDependencies(actor, ref),
      listRules(actor, ref),
      listPlaces(actor, ref),
    ]);
    const rights = {
      edit: may(actor, "estate:edit"),
      restore: may(actor, "restore:request"),
      backup: may(actor, "backup:start"),
    };
    return history && dependencies && { system, history, makeup, coverage, sizes, dependencies, rules, places, rights };
  });
  const { system, history, makeup, coverage, sizes, dependencies, rules, places, rights } = found;
  const [first] = system.reasons;
  return (
    <>
      <LiveRefresh url={`/api/live/systems/${system.id}`} />
      <PageHeader
        kind={healthKind[system.state]}
        crumbs={[{ label: "Systems", href: "/systems" }, { label: system.name }]}
        title={
          <>
            <NameText text={system.name} /> <TierChip rank={system.tier?.rank ?? null} className="align-middle" />
          </>
        }
        sub={
          <>
            <span className="text-ink">{first ? <NameText text={first.text} /> : healthWord[system.state]}</span>{" "}
            {system.environment === "unknown" ? "Environment not known" : system.environment}, owned by{" "}
            {system.owner === null ? "nobody" : <NameText text={system.owner} length={40} />}.{" "}
            {system.description === "" ? null : <NameText text={system.description} />}
          </>
        }
        actions={
          <>
            <LinkButton href={`/systems/${system.id}/time-in-rpo`}>Time within the RPO</LinkButton>
            {rights.edit ? <LinkButton href={`/systems/${system.id}/edit`}>Edit</LinkButton> : null}
            {rights.restore && system.members.length > 0 ? (
              <LinkButton href={`/restores/new?system=${system.id}`} variant="primary">
                Restore…
              </LinkButton>
            ) : null}
          </>
        }
      />
      <FigureRow system={system} makeup={makeup} />
      <ReasonList reasons={system.reasons} named={system.members.length > 1} />
      <MembersCard system={system} rights={rights} />
      <TimelineCard system={system} history={history} days={days} />
      <PlacesCard systemId={system.id} places={places} />
      <CoverageCard rows={coverage} resources={system.members.length} />
      <JobsCard work={history.work} />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-6 xl:grid-cols-2">
        <SizesCard sizes={sizes} />
        <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
          <RestoresCard restores={history.restores} systemId={system.id} />
          <DependenciesCard systemId={system.id} dependencies={dependencies} mayEdit={rights.edit} />
          <RulesCard systemId={system.id} rules={rules} mayEdit={rights.edit} />
        </div>
      </div>
    </>
  );
}
