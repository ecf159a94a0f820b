import type { Metadata } from "next";
import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { FilterBar } from "@/components/ui/filter-bar";
import { LinkButton } from "@/components/ui/link-button";
import { NameText } from "@/components/ui/name-text";
import { PageHeader } from "@/components/ui/page-header";
import { Pager } from "@/components/ui/pager";
import { DataTable } from "@/components/ui/table";
import { TableKeys } from "@/components/ui/table-keys";
import { TextLink } from "@/components/ui/text-link";
import { may, type UserActor, visibleTo } from "@/lib/access/permissions";
import { show } from "@/lib/access/show";
import { countText, plural, visible } from "@/lib/core/words";
import { rulePreview } from "@/lib/resources/schema";
import { listTagRules, previewRule } from "@/lib/resources/tag-rules";
import type { RuleRow, RulesPage } from "@/lib/resources/view";
import { getSystemChoice } from "@/lib/systems/data";
import { onlyText, placeHref } from "../_components/asked";
import { EstateTabs } from "../_components/estate-tabs";
import { RuleForm, RulePreviewCard } from "../_components/rule-preview";
import { removeRuleAction } from "../actions";

export const metadata: Metadata = { title: "Tag rules" };

function RulesTable({ rows, mayEdit }: { rows: readonly RuleRow[]; mayEdit: boolean }) {
  return (
    <DataTable
      caption="Tag rules"
      rows={rows}
      rowKey={({ id }) => id}
      columns={[
        {
          key: "tag",
          header: "Tag",
          rowHeader: true,
          cell: ({ tagKey, tagValue }) => (
            <code className="font-mono text-sm">
              <NameText text={`${tagKey} = ${tagValue}`} length={60} />
            </code>
          ),
        },
        {
          key: "system",
          header: "Goes to",
          cell: ({ systemId, system, idle }) => (
            <span>
              <TextLink href={`/systems/${systemId}`} className="font-semibold text-ink">
                <NameText text={system} length={48} />
              </TextLink>
              {idle ? <span className="text-ink-3"> is retired: the rule does nothing</span> : null}
            </span>
          ),
        },
        { key: "priority", header: "Priority", align: "end", cell: ({ priority }) => priority },
        { key: "matches", header: "Matches now", align: "end", cell: ({ matches }) => countText(matches) },
        { key: "holds", header: "Holds", align: "end", cell: ({ holds }) => countText(holds) },
        ...(mayEdit
          ? [
              {
                key: "do",
                header: <span className="sr-only">What can be done</span>,
                label: "Do",
                align: "end" as const,
                cell: ({ id, tagKey, tagValue }: RuleRow) => (
                  <ActionForm action={removeRuleAction} className="contents">
                    <input type="hidden" name="ruleId" value={id} />
                    <SubmitButton
                      variant="quiet"
                      size="small"
                      aria-label={`Remove the rule ${visible(tagKey)} = ${visible(tagValue)}`}
                    >
                      Remove
                    </SubmitButton>
                  </ActionForm>
                ),
              },
            ]
          : []),
      ]}
    />
  );
}

function RulesList({ page, asked, mayEdit }: { page: RulesPage; asked: Record<string, string>; mayEdit: boolean }) {
  const empty = asked.q ? (
    <EmptyState title="No rule fits this filter" action={<LinkButton href="/systems/rules">Show all</LinkButton>} />
  ) : (
    <EmptyState title="No rules yet">
      Where clouds are tagged well, one rule for each system keeps the inventory true by itself.
    </EmptyState>
  );
  return (
    <TableKeys className="grid gap-4">
      <FilterBar placeholder="Tag or system…" />
      <Card>{page.rows.length === 0 ? empty : <RulesTable rows={page.rows} mayEdit={mayEdit} />}</Card>
    </TableKeys>
  );
}

/** Rules reach across all teams: whoever has a scope looks at them, and makes none. */
const makesRules = (actor: UserActor) => may(actor, "estate:edit") && visibleTo(actor, "estate:edit") === "all";

/** Every tag rule, and what a new one would do. */
export default async function TagRulesPage({ searchParams }: PageProps<"/systems/rules">) {
  const asked = onlyText(await searchParams);
  const wanted = rulePreview.safeParse({ ...asked, systemId: asked.system });
  const { page, chosen, preview, mayEdit } = await show(async (actor) => {
    const mayEdit = makesRules(actor);
    const [page, chosen, preview] = await Promise.all([
      listTagRules(actor, asked),
      mayEdit ? getSystemChoice(actor, { systemId: asked.system }) : null,
      mayEdit && wanted.success ? previewRule(actor, wanted.data) : null,
    ]);
    return { page, chosen, preview, mayEdit };
  });
  const begun = "tagKey" in asked || "tagValue" in asked;
  return (
    <>
      <PageHeader
        crumbs={[{ label: "Systems", href: "/systems" }, { label: "Tag rules" }]}
        title={
          page.total === 0 && !asked.q
            ? "No tag rule assigns anything yet."
            : `${plural(page.total, "tag rule says", "tag rules say")} where resources belong.`
        }
        sub="A rule takes every resource with its tag, those there are and those to come. What a person assigned stays where they put it."
      />
      <EstateTabs current="/systems/rules" />
      {mayEdit ? (
        <RuleForm
          asked={asked}
          system={chosen}
          trouble={begun && !wanted.success ? (wanted.error.issues[0]?.message ?? null) : null}
        />
      ) : null}
      {preview && wanted.success && chosen ? (
        <RulePreviewCard rule={wanted.data} system={chosen.label} preview={preview} backHref="/systems/rules" />
      ) : null}
      <RulesList page={page} asked={asked} mayEdit={mayEdit} />
      <Pager
        previousHref={placeHref("/systems/rules", asked, "before", page.before)}
        nextHref={placeHref("/systems/rules", asked, "after", page.after)}
      >
        {countText(page.rows.length)} of {plural(page.total, "rule")}
      </Pager>
    </>
  );
}
