import type { Metadata } from "next";
import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { Card, CardRow } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { FilterBar } from "@/components/ui/filter-bar";
import { NameText } from "@/components/ui/name-text";
import { PageHeader } from "@/components/ui/page-header";
import { show } from "@/lib/access/show";
import { plural, visible } from "@/lib/core/words";
import { listChoices } from "@/lib/restores/data";
import { beginRestoreAction } from "../actions";
import { BeginFrom } from "./_components/begin-from";

export const metadata: Metadata = { title: "Restore a system" };

export default async function NewRestorePage({ searchParams }: PageProps<"/restores/new">) {
  const { system, resource, point, q } = await searchParams;
  const systems = await show((actor) => listChoices(actor, { q: typeof q === "string" ? q : "" }));
  const from = { systemId: system, resourceId: resource, pointId: point };
  const chosen = Object.entries(from).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value] as const] : [],
  );
  return (
    <>
      <PageHeader
        crumbs={[{ label: "Restores", href: "/restores" }, { label: "New" }]}
        title="What has to come back?"
        sub="Choose the system. Nothing is started: you go through a plan first, and others agree to it."
      />
      {chosen.length > 0 ? <BeginFrom fields={Object.fromEntries(chosen)} /> : null}
      <FilterBar placeholder="Find a system…" />
      <Card title="Systems" more={plural(systems.length, "system")}>
        {systems.length === 0 ? (
          <div className="p-4">
            <EmptyState title="No system of that name">
              Change the filter, or add the system and assign its resources first.
            </EmptyState>
          </div>
        ) : null}
        {systems.map(({ id, name, environment, resources }) => (
          <CardRow
            key={id}
            end={
              <ActionForm action={beginRestoreAction}>
                <input type="hidden" name="systemId" value={id} />
                <SubmitButton
                  variant="default"
                  aria-label={`Choose ${visible(name)}`}
                  disabled={resources.length === 0}
                >
                  Choose
                </SubmitButton>
              </ActionForm>
            }
          >
            <b className="font-medium">
              <NameText text={name} length={80} />
            </b>
            <span className="text-ink-2">
              {environment} ·{" "}
              {resources.length === 0
                ? "owns no resources yet"
                : resources
                    .map((owned) => visible(owned.name))
                    .slice(0, 4)
                    .join(", ")}
            </span>
          </CardRow>
        ))}
      </Card>
    </>
  );
}
