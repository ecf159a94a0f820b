import { removeRuleAction } from "@/app/(console)/systems/actions";
import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { Card, CardRow } from "@/components/ui/card";
import { LinkButton } from "@/components/ui/link-button";
import { NameText } from "@/components/ui/name-text";
import { plural } from "@/lib/core/words";
import type { RuleView } from "@/lib/resources/view";

/** The tags by which resources come to a system by themselves. */
export function RulesCard({
  systemId,
  rules,
  mayEdit,
}: {
  systemId: string;
  rules: readonly RuleView[];
  mayEdit: boolean;
}) {
  return (
    <div id="tag-rules" className="scroll-mt-20">
      <Card
        title="Tag rules"
        more={
          mayEdit ? (
            <LinkButton size="small" href={`/systems/${systemId}/rules`}>
              Add a rule
            </LinkButton>
          ) : null
        }
      >
        {rules.length === 0 ? <p className="px-4 py-3 text-ink-3">None: resources are assigned by hand.</p> : null}
        {rules.map(({ id, tagKey, tagValue, resources }) => (
          <CardRow
            key={id}
            end={
              mayEdit ? (
                <ActionForm action={removeRuleAction} className="contents">
                  <input type="hidden" name="ruleId" value={id} />
                  <SubmitButton variant="quiet" size="small">
                    Remove
                  </SubmitButton>
                </ActionForm>
              ) : null
            }
          >
            <span>
              <code className="font-mono text-sm">
                <NameText text={`${tagKey} = ${tagValue}`} length={70} />
              </code>
            </span>
            <span className="text-ink-3">holds {plural(resources, "resource")}</span>
          </CardRow>
        ))}
      </Card>
    </div>
  );
}
