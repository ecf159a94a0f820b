import type { Metadata } from "next";
import { votesText } from "@/app/(console)/approvals/_components/request-words";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Moment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { DataTable } from "@/components/ui/table";
import { may } from "@/lib/access/permissions";
import { show } from "@/lib/access/show";
import { getGovernance } from "@/lib/governance/data";
import { ReleaseFreeze, SetFreeze } from "../_components/freeze-forms";
import { GovernanceHead } from "../_components/governance-head";

export const metadata: Metadata = { title: "Freeze" };

/** The switch that stops every start, who used it, and how it is released. */
export default async function FreezePage() {
  const { freezes, levels, freezesToo } = await show(async (actor) => ({
    ...(await getGovernance(actor, {})),
    freezesToo: may(actor, "restore:freeze"),
  }));
  const open = freezes.find(({ releasedAt }) => releasedAt === null);
  return (
    <>
      <GovernanceHead
        current="freeze"
        kind={open ? "bad" : "ok"}
        title={open ? "All restores are frozen." : "Restores start when they are approved."}
        sub={
          open ? (
            <>
              <NameText text={open.setBy ?? "Somebody"} length={40} /> froze them on <Moment at={open.setAt} />:{" "}
              <NameText text={open.reason.replace(/\.$/, "")} />. What runs already runs on.
            </>
          ) : (
            "A freeze stops every start from that moment, whatever was approved. What runs already runs on."
          )
        }
      />
      <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_380px]">
        <Card title="Freezes so far">
          <DataTable
            caption="Freezes, newest first"
            rows={freezes}
            rowKey={({ id }) => id}
            empty={
              <EmptyState title="Nothing was ever frozen">Each freeze stays here, with who set it and why.</EmptyState>
            }
            columns={[
              { key: "why", header: "Why", cell: ({ reason }) => <NameText text={reason} /> },
              { key: "by", header: "Set by", cell: ({ setBy }) => <NameText text={setBy ?? "unknown"} length={40} /> },
              { key: "at", header: "Set", nowrap: true, cell: ({ setAt }) => <Moment at={setAt} local={false} /> },
              {
                key: "end",
                header: "Released",
                cell: ({ releasedAt, releasedBy }) =>
                  releasedAt ? (
                    <div>
                      <Moment at={releasedAt} local={false} />
                      <div className="text-ink-3">
                        by <NameText text={releasedBy ?? "unknown"} length={40} />
                      </div>
                    </div>
                  ) : (
                    <b className="font-medium text-bad">not yet</b>
                  ),
              },
            ]}
          />
        </Card>
        {freezesToo ? (
          <Card title={open ? "Release it" : "Freeze all restores"} padded className={open ? "" : "border-bad/50"}>
            <div className="grid gap-4">
              <p className="text-ink-2">
                {open
                  ? `Whoever froze them does not decide that alone: ${votesText(levels[1].votes)} must agree.`
                  : "It is done at once with your proof alone. Letting restores start again takes the votes of others."}
              </p>
              {open ? <ReleaseFreeze freezeId={open.id} /> : <SetFreeze />}
            </div>
          </Card>
        ) : null}
      </div>
    </>
  );
}
