import type { Metadata } from "next";
import { Card } from "@/components/ui/card";
import { PageHeader } from "@/components/ui/page-header";
import { may } from "@/lib/access/permissions";
import { show, signedIn } from "@/lib/access/show";
import { listPeople, listTeamNames } from "@/lib/people/data";
import { Invite } from "./_components/invite";
import { PeopleTable } from "./_components/people-table";
import { ReasonForm } from "./_components/reason-form";
import { endEverybodysSessionsAction } from "./actions";

export const metadata: Metadata = { title: "People" };

/** Who may enter, and as what. */
export default async function PeoplePage() {
  const actor = await signedIn();
  const [people, teams] = await Promise.all([
    show((one) => listPeople(one, {})),
    show((one) => listTeamNames(one, {})),
  ]);
  const inside = people.filter(({ liveSessions }) => liveSessions > 0).length;
  const edits = may(actor, "people:edit");
  return (
    <div className="grid gap-6">
      <PageHeader
        crumbs={[{ label: "Settings", href: "/settings" }, { label: "People" }]}
        title={`${people.length} ${people.length === 1 ? "person" : "people"}, ${inside} signed in`}
        sub="A role is given within a scope. Without a role nobody sees anything."
        actions={
          edits ? (
            <>
              <ReasonForm
                action={endEverybodysSessionsAction}
                label="End everybody's sessions"
                title="End everybody's sessions but yours"
                text="For a bad day: everybody must sign in again with both factors. Running restores go on."
              />
              <Invite teams={teams} />
            </>
          ) : null
        }
      />
      <Card>
        <PeopleTable people={people} now={new Date().toISOString()} />
      </Card>
    </div>
  );
}
