import type { Metadata } from "next";
import { Banner } from "@/components/ui/banner";
import { Card } from "@/components/ui/card";
import { Facts } from "@/components/ui/facts";
import { Moment, RelativeMoment } from "@/components/ui/moment";
import { PageHeader } from "@/components/ui/page-header";
import { may } from "@/lib/access/permissions";
import { show, signedIn } from "@/lib/access/show";
import { getPerson, listTeamNames } from "@/lib/people/data";
import { listIdentities } from "@/lib/sso/data";
import { Access } from "../_components/access";
import { Identities } from "../_components/identities";
import { factorText, PersonStatus } from "../_components/people-table";
import { Roles } from "../_components/roles";

export const metadata: Metadata = { title: "Person" };

/** One person: what they may do, and how that is changed. */
export default async function PersonPage({ params }: PageProps<"/settings/people/[personId]">) {
  const { personId } = await params;
  const actor = await signedIn();
  const [person, teams, { known }] = await Promise.all([
    show((one) => getPerson(one, { personId })),
    show((one) => listTeamNames(one, {})),
    show(async (one) => ({ known: await listIdentities(one, { personId }) })),
  ]);
  const now = new Date().toISOString();
  const own = actor.id === person.id;
  const edits = may(actor, "people:edit");
  return (
    <div className="grid gap-6">
      <PageHeader
        crumbs={[
          { label: "Settings", href: "/settings" },
          { label: "People", href: "/settings/people" },
          { label: person.displayName },
        ]}
        title={person.displayName}
        sub={person.email}
      />
      {own && edits ? <Banner kind="none">These are you: nobody changes their own rights.</Banner> : null}
      <Card title="Standing" padded>
        <Facts
          facts={[
            { term: "Status", detail: <PersonStatus status={person.status} /> },
            { term: "Factors", detail: factorText(person) },
            { term: "Sessions", detail: `${person.liveSessions} live` },
            {
              term: "Last seen",
              detail: person.lastSeenAt === null ? "never" : <RelativeMoment at={person.lastSeenAt} now={now} />,
            },
            ...(person.codeUntil === null
              ? []
              : [
                  {
                    term: "Enrolment code",
                    detail: (
                      <span>
                        waits until <Moment at={person.codeUntil} />
                      </span>
                    ),
                  },
                ]),
          ]}
        />
      </Card>
      <Roles person={person} teams={teams} edits={edits && !own} />
      {known === null ? null : (
        <Identities personId={person.id} name={person.displayName} known={known} edits={edits && !own} now={now} />
      )}
      {edits ? <Access person={person} own={own} /> : null}
    </div>
  );
}
