import type { Metadata } from "next";
import { onlyText } from "@/app/(console)/systems/_components/asked";
import { RuleForm, RulePreviewCard } from "@/app/(console)/systems/_components/rule-preview";
import { PageHeader } from "@/components/ui/page-header";
import { may } from "@/lib/access/permissions";
import { show } from "@/lib/access/show";
import { rulePreview } from "@/lib/resources/schema";
import { previewRule } from "@/lib/resources/tag-rules";
import { getSystem } from "@/lib/systems/data";

export const metadata: Metadata = { title: "Add a tag rule" };

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
      <RuleForm asked={asked} trouble={begun && !wanted.success ? (wanted.error.issues[0]?.message ?? null) : null} />
      {preview && wanted.success ? (
        <RulePreviewCard rule={wanted.data} system={system.name} preview={preview} backHref={`/systems/${system.id}`} />
      ) : null}
    </>
  );
}
