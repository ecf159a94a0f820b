import { ageKind, healthKind, healthWord } from "@/app/(console)/_components/health-look";
import { releaseResourcesAction, setRequirementAction } from "@/app/(console)/systems/actions";
import { AgeBar } from "@/components/status/age-bar";
import { ProofBadge } from "@/components/status/proof-badge";
import { StatusBadge } from "@/components/status/status-badge";
import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";
import { NameText } from "@/components/ui/name-text";
import { DataTable } from "@/components/ui/table";
import { TextLink } from "@/components/ui/text-link";
import { bytesText, plural } from "@/lib/core/words";
import type { MemberView, SystemView } from "@/lib/systems/view";

type Rights = { edit: boolean; restore: boolean; backup: boolean };

function NameCell({ member, system }: { member: MemberView; system: SystemView }) {
  return (
    <span id={`resource-${member.id}`} className="grid scroll-mt-20">
      <TextLink href={`/recovery-points?resource=${member.id}`} className="font-semibold text-ink">
        <NameText text={member.name} length={56} />
      </TextLink>
      <span className="text-ink-3">
        {member.kind} · {member.region} · <NameText text={member.connection} length={30} />
        {member.sizeBytes === null ? "" : ` · ${bytesText(member.sizeBytes)}`}
      </span>
      {member.reasons[0] && member.state !== system.state ? (
        <span className="text-ink-2">{member.reasons[0].text}</span>
      ) : null}
    </span>
  );
}

function Actions({ member, system, rights }: { member: MemberView; system: SystemView; rights: Rights }) {
  return (
    <span className="flex flex-wrap justify-end gap-1.5 max-md:justify-start">
      {rights.restore ? (
        <LinkButton size="small" href={`/restores/new?system=${system.id}&resource=${member.id}`}>
          Restore…
        </LinkButton>
      ) : null}
      {rights.backup ? (
        <LinkButton size="small" href={`/systems/${system.id}/backup?resource=${member.id}`}>
          Back up now
        </LinkButton>
      ) : null}
      {rights.edit ? (
        <ActionForm action={setRequirementAction} className="contents">
          <input type="hidden" name="systemId" value={system.id} />
          <input type="hidden" name="resourceId" value={member.id} />
          <input type="hidden" name="required" value={String(!member.required)} />
          <SubmitButton variant="quiet" size="small">
            {member.required ? "Do without" : "Require"}
          </SubmitButton>
        </ActionForm>
      ) : null}
      {rights.edit && member.source === "manual" ? (
        <ActionForm action={releaseResourcesAction} className="contents">
          <input type="hidden" name="resourceIds" value={member.id} />
          <SubmitButton variant="quiet" size="small">
            Take out
          </SubmitButton>
        </ActionForm>
      ) : null}
    </span>
  );
}

/** What a system owns, each with its own health. */
export function MembersCard({ system, rights }: { system: SystemView; rights: Rights }) {
  const hidden =
    system.hiddenMembers === 0 ? null : `${plural(system.hiddenMembers, "more resource")} outside what you may see`;
  return (
    <Card
      title="Resources"
      more={rights.edit ? <TextLink href={`/systems/unassigned?system=${system.id}`}>Assign more</TextLink> : hidden}
    >
      <DataTable
        caption={`Resources of ${system.name}`}
        rows={system.members}
        rowKey={({ id }) => id}
        empty={
          <EmptyState
            title="It owns no resources"
            action={
              rights.edit ? (
                <LinkButton href={`/systems/unassigned?system=${system.id}`} variant="primary">
                  Assign resources
                </LinkButton>
              ) : undefined
            }
          >
            Without resources nothing of it is protected, and nothing can be judged.
          </EmptyState>
        }
        columns={[
          { key: "name", header: "Resource", cell: (member) => <NameCell member={member} system={system} /> },
          {
            key: "state",
            header: "State",
            cell: (member) => (
              <StatusBadge kind={healthKind[member.state]}>
                {healthWord[member.state]}
                {member.required ? "" : ", can do without"}
              </StatusBadge>
            ),
          },
          {
            key: "age",
            header: "Age of data",
            cell: (member) => (
              <span className="grid">
                <AgeBar
                  seconds={member.ageSeconds}
                  objectiveSeconds={member.rpoSeconds}
                  kind={ageKind(member.state, member.ageSeconds, member.rpoSeconds)}
                />
                {member.basis === "continuous" ? <span className="text-sm text-ink-3">continuous</span> : null}
              </span>
            ),
          },
          {
            key: "proof",
            header: "Last proven",
            cell: (member) => (
              <ProofBadge
                level={member.proofLevel}
                ageSeconds={
                  member.provenAt === null ? null : (Date.parse(system.now) - Date.parse(member.provenAt)) / 1_000
                }
                kind={
                  member.reasons.some(({ rule }) => rule === "proof.failed")
                    ? "bad"
                    : member.reasons.some(({ rule }) => rule.startsWith("proof."))
                      ? "warn"
                      : member.proofLevel === null
                        ? "none"
                        : "ok"
                }
              />
            ),
          },
          {
            key: "actions",
            header: <span className="sr-only">What can be done</span>,
            label: "Do",
            align: "end",
            cell: (member) => <Actions member={member} system={system} rights={rights} />,
          },
        ]}
      />
    </Card>
  );
}
