import type { Metadata } from "next";
import { onlyText } from "@/app/(console)/systems/_components/asked";
import { addRuleAction } from "@/app/(console)/systems/actions";
import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { controlClass } from "@/components/ui/control-style";
import { LinkButton } from "@/components/ui/link-button";
import { NameText } from "@/components/ui/name-text";
import { PageHeader } from "@/components/ui/page-header";
import { DataTable } from "@/components/ui/table";
import { may } from "@/lib/access/permissions";
import { show } from "@/lib/access/show";
import { plural } from "@/lib/core/words";
import { previewRule } from "@/lib/resources/data";
import { rulePreview } from "@/lib/resources/schema";
import type { RulePreview } from "@/lib/resources/view";
import { getSystem } from "@/lib/systems/data";

export const metadata: Metadata = { title: "Add a tag rule" };

const outcome = ({ total, assigned, already, elsewhere }: RulePreview) =>
  total === 0
    ? "No resource carries this tag today. The rule would wait for the first one."
    : `${plural(total, "resource carries", "resources carry")} this tag: ${assigned} would be assigned, ${already} already belong here, ${elsewhere} belong elsewhere and stay there.`;

/** A tag rule before it is made: what it would take, and what it would leave. */
export default async function RulePage({ params, searchParams }: PageProps<"/systems/[systemId]/rules">) {
  const [{ systemId }, search] = await Promise.all([params, searchParams]);
  const asked = onlyText(search);
  const { system, wanted, preview } = await show(async (actor) => {
    if (!may(actor, "estate:edit")) return null;
    const system = await getSystem(actor, { system: systemId });
    if (!system) return null;
    const wanted = rulePreview.safeParse({ ...asked, systemId: system.id });
    return { system, wanted, preview: wanted.success ? await previewRule(actor, wanted.data) : null };
  });
  const begun = "tagKey" in asked || "tagValue" in asked;
  return (
    <>
      <PageHeader
        crumbs={[
          { label: "Systems", href: "/systems" },
          { label: system.name, href: `/systems/${system.id}` },
          { label: "Add a tag rule" },
        ]}
        title="Let a tag decide"
        sub="Every resource with the tag comes to this system by itself, those there are and those to come. What a person assigned stays where they put it."
      />
      <Card padded className="max-w-3xl">
        <form className="grid items-end gap-3 sm:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_auto]">
          <label className="grid gap-1 font-medium">
            Tag
            <input
              name="tagKey"
              required
              maxLength={128}
              defaultValue={asked.tagKey}
              className={controlClass}
              autoComplete="off"
            />
          </label>
          <label className="grid gap-1 font-medium">
            Value
            <input
              name="tagValue"
              required
              maxLength={256}
              defaultValue={asked.tagValue}
              className={controlClass}
              autoComplete="off"
            />
          </label>
          <Button type="submit">Show what it would do</Button>
        </form>
        {begun && !wanted.success ? (
          <p role="alert" className="mt-3 font-medium text-bad">
            {wanted.error.issues[0]?.message}
          </p>
        ) : null}
      </Card>
      {preview && wanted.success ? (
        <Card title={outcome(preview)}>
          <DataTable
            caption="Some of the resources with this tag"
            rows={preview.sample}
            rowKey={({ id }) => id}
            empty={<p className="text-ink-3">Nothing to show.</p>}
            columns={[
              {
                key: "name",
                header: "Resource",
                cell: ({ name }) => <NameText text={name} length={60} className="font-medium" />,
              },
              { key: "kind", header: "Kind", cell: ({ kind, region }) => `${kind} · ${region}` },
              {
                key: "owner",
                header: "Belongs to",
                cell: ({ owner }) => (owner === null ? "nobody yet" : <NameText text={owner} length={40} />),
              },
            ]}
          />
          <div className="border-t p-4">
            <ActionForm action={addRuleAction}>
              <input type="hidden" name="systemId" value={system.id} />
              <input type="hidden" name="tagKey" value={wanted.data.tagKey} />
              <input type="hidden" name="tagValue" value={wanted.data.tagValue} />
              <div className="flex flex-wrap gap-2">
                <SubmitButton>
                  Add the rule {wanted.data.tagKey} = {wanted.data.tagValue}
                </SubmitButton>
                <LinkButton href={`/systems/${system.id}`} variant="quiet">
                  Leave it
                </LinkButton>
              </div>
            </ActionForm>
          </div>
        </Card>
      ) : null}
    </>
  );
}
