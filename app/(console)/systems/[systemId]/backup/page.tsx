import type { Metadata } from "next";
import { LiveRefresh } from "@/app/(console)/_components/live-refresh";
import { startBackupAction } from "@/app/(console)/backups/actions";
import { workKind } from "@/app/(console)/systems/[systemId]/_components/timeline-card";
import { StatusBadge } from "@/components/status/status-badge";
import { ActionForm, FormButtons, SubmitButton } from "@/components/ui/action-form";
import { Banner } from "@/components/ui/banner";
import { Card } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { Facts } from "@/components/ui/facts";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { LinkButton } from "@/components/ui/link-button";
import { Moment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { PageHeader } from "@/components/ui/page-header";
import { Select } from "@/components/ui/select";
import { may } from "@/lib/access/permissions";
import { show } from "@/lib/access/show";
import { getBackupStanding } from "@/lib/backups/data";
import { equivalentCommand } from "@/lib/backups/rules";
import { visible } from "@/lib/core/words";
import { getSystem } from "@/lib/systems/data";

export const metadata: Metadata = { title: "Back up now" };

const keptText = (days: number | null) => (days === null ? "kept until somebody deletes it" : `kept ${days} days`);

/** A backup out of turn: where it would go, and what became of the last one. */
export default async function BackUpPage({ params, searchParams }: PageProps<"/systems/[systemId]/backup">) {
  const [{ systemId }, { resource }] = await Promise.all([params, searchParams]);
  const { system, standing } = await show(async (actor) => {
    if (!may(actor, "backup:start")) return null;
    const [system, standing] = await Promise.all([
      getSystem(actor, { system: systemId }),
      getBackupStanding(actor, { resourceId: resource }),
    ]);
    return system && standing && system.members.some(({ id }) => id === standing.resourceId)
      ? { system, standing }
      : null;
  });
  const home = `/systems/${system.id}`;
  const { latest } = standing;
  const usual = standing.vaults.find((vault) => vault.usual);
  return (
    <>
      <LiveRefresh url={`/api/live/systems/${system.id}`} />
      <PageHeader
        crumbs={[{ label: "Systems", href: "/systems" }, { label: system.name, href: home }, { label: "Back up now" }]}
        title={
          <>
            Back up <NameText text={standing.name} length={60} /> now
          </>
        }
        sub="A backup out of turn changes nothing of the schedule; it is one more recovery point."
      />
      <Card padded className="max-w-3xl">
        {standing.refusal === null ? (
          <ActionForm action={startBackupAction} resetOnDone>
            <input type="hidden" name="resourceId" value={standing.resourceId} />
            <Field name="vault" label="Vault" required>
              <Select defaultValue={usual?.name}>
                {standing.vaults.map(({ name, keptDays, usual }) => (
                  <option key={name} value={name}>
                    {visible(name)}, {keptText(keptDays)}
                    {usual ? " (usual)" : ""}
                  </option>
                ))}
              </Select>
            </Field>
            <Field name="reason" label="Why it cannot wait for the schedule" required>
              <Input maxLength={500} autoComplete="off" />
            </Field>
            <FormButtons>
              <LinkButton href={home} variant="quiet">
                Leave it
              </LinkButton>
              <SubmitButton>Back up {visible(standing.name)}</SubmitButton>
            </FormButtons>
          </ActionForm>
        ) : (
          <Banner
            kind={latest !== null && workKind(latest.state) === "run" ? "run" : "warn"}
            action={<LinkButton href={home}>Back to the system</LinkButton>}
          >
            {standing.refusal}
          </Banner>
        )}
      </Card>
      {usual && standing.call ? (
        <div className="max-w-3xl">
          <CodeBlock label="Equivalent command" code={equivalentCommand(standing.call, usual)} wrap />
        </div>
      ) : null}
      {latest === null ? null : (
        <Card title="The last one asked for" padded className="max-w-3xl">
          <Facts
            facts={[
              {
                term: "State",
                detail: <StatusBadge kind={workKind(latest.state)}>{latest.state.replaceAll("_", " ")}</StatusBadge>,
              },
              {
                term: "Asked by",
                detail: (
                  <>
                    <NameText text={latest.askedBy} />, <Moment at={latest.at} />
                  </>
                ),
              },
              { term: "Vault", detail: <NameText text={latest.vault} /> },
              ...(latest.jobRef === null
                ? []
                : [
                    { term: "Provider's job", detail: <NameText text={latest.jobRef} className="font-mono text-sm" /> },
                  ]),
              ...(latest.message === null ? [] : [{ term: "Said", detail: <NameText text={latest.message} /> }]),
            ]}
          />
        </Card>
      )}
    </>
  );
}
