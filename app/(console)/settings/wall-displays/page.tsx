import type { Metadata } from "next";
import { Card } from "@/components/ui/card";
import { PageHeader } from "@/components/ui/page-header";
import { may } from "@/lib/access/permissions";
import { show, signedIn } from "@/lib/access/show";
import { plural } from "@/lib/core/words";
import { listTeamNames } from "@/lib/people/data";
import { listDisplays } from "@/lib/walls/data";
import { AddDisplay } from "./_components/add-display";
import { DisplaysTable } from "./_components/displays-table";

export const metadata: Metadata = { title: "Wall displays" };

/** The screens that show the wall by themselves. */
export default async function WallDisplaysPage() {
  const actor = await signedIn();
  const [{ displays, now }, teams] = await Promise.all([
    show((one) => listDisplays(one, {})),
    show((one) => listTeamNames(one, {})),
  ]);
  const edits = may(actor, "people:edit");
  const showing = displays.filter(({ standing }) => standing === "showing").length;
  return (
    <div className="grid gap-6">
      <PageHeader
        crumbs={[{ label: "Settings", href: "/settings" }, { label: "Wall displays" }]}
        title={
          displays.length === 0 ? "No wall display" : `${plural(displays.length, "wall display")}, ${showing} showing`
        }
        sub="A paired screen shows the wall without anybody signed in, opens nothing else, and ends by a day that is set."
        actions={edits ? <AddDisplay teams={teams} /> : null}
      />
      <Card>
        <DisplaysTable displays={displays} now={now} edits={edits} />
      </Card>
    </div>
  );
}
