import type { StatusKind } from "@/components/status/kind";
import { StatusBadge } from "@/components/status/status-badge";
import { RelativeMoment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { type Column, DataTable } from "@/components/ui/table";
import { TextLink } from "@/components/ui/text-link";
import { type PersonView, roleWords } from "@/lib/people/rules";

const statuses: Record<PersonView["status"], [StatusKind, string]> = {
  active: ["ok", "active"],
  invited: ["none", "invited"],
  disabled: ["lock", "disabled"],
};

/** Where somebody stands. */
export function PersonStatus({ status }: { status: PersonView["status"] }) {
  const [kind, word] = statuses[status];
  return <StatusBadge kind={kind}>{word}</StatusBadge>;
}

/** A person's factors in a few words. */
export function factorText({ passkeys, totps }: Pick<PersonView, "passkeys" | "totps">): string {
  const parts = [
    passkeys > 0 ? `${passkeys} ${passkeys === 1 ? "passkey" : "passkeys"}` : null,
    totps > 0 ? `${totps} ${totps === 1 ? "app" : "apps"}` : null,
  ].filter((part) => part !== null);
  return parts.join(", ") || "none";
}

/** The people, one a row. */
export function PeopleTable({ people, now }: { people: readonly PersonView[]; now: string }) {
  const columns: Column<PersonView>[] = [
    {
      key: "name",
      header: "Person",
      cell: (person) => (
        <span className="grid">
          <TextLink href={`/settings/people/${person.id}`} className="font-medium">
            <NameText text={person.displayName} length={60} />
          </TextLink>
          <NameText text={person.email} length={60} className="text-ink-3" />
        </span>
      ),
    },
    { key: "status", header: "Status", cell: (person) => <PersonStatus status={person.status} /> },
    {
      key: "roles",
      header: "Roles",
      cell: (person) =>
        person.roles.length === 0 ? (
          <span className="text-ink-3">no role, no access</span>
        ) : (
          <span className="grid">
            {person.roles.map((grant) => (
              <span key={grant.id}>
                {roleWords[grant.role].name}
                {grant.scope.kind === "everything" ? null : <span className="text-ink-3"> · {grant.scopeText}</span>}
              </span>
            ))}
          </span>
        ),
    },
    { key: "factors", header: "Factors", cell: factorText },
    {
      key: "seen",
      header: "Last seen",
      align: "end",
      cell: ({ lastSeenAt, liveSessions }) =>
        lastSeenAt === null ? (
          <span className="text-ink-3">never</span>
        ) : (
          <span>
            <RelativeMoment at={lastSeenAt} now={now} />
            {liveSessions > 0 ? <span className="text-ink-3"> · {liveSessions} live</span> : null}
          </span>
        ),
    },
  ];
  return <DataTable caption="People" columns={columns} rows={people} rowKey={({ id }) => id} />;
}
