import { addRuleAction } from "@/app/(console)/systems/actions";
import type { StatusKind } from "@/components/status/kind";
import { StatusBadge } from "@/components/status/status-badge";
import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { controlClass } from "@/components/ui/control-style";
import { LinkButton } from "@/components/ui/link-button";
import { NameText } from "@/components/ui/name-text";
import { Picker } from "@/components/ui/picker";
import { DataTable } from "@/components/ui/table";
import { countText, plural, visible } from "@/lib/core/words";
import type { RuleFate, RulePreview } from "@/lib/resources/view";
import { systemSearchHref } from "@/lib/systems/rules";
import type { SystemChoice } from "@/lib/systems/view";

const labelClass = "grid min-w-0 gap-1 font-medium";

type FormProps = {
  asked: Record<string, string>;
  /** What is wrong with what was asked. */
  trouble: string | null;
  /** The system chosen so far, where the page is not about one. */
  system?: SystemChoice | null;
};

/** A rule as it is thought of: nothing is made by sending this, it only shows what would be. */
export function RuleForm({ asked, trouble, system }: FormProps) {
  return (
    <Card padded className="max-w-5xl">
      <form className="flex flex-wrap items-end gap-3 max-md:grid">
        {system === undefined ? null : (
          <div className={`${labelClass} md:w-72`}>
            <span aria-hidden="true">System</span>
            <Picker
              name="system"
              aria-label="System"
              searchHref={systemSearchHref}
              chosen={system ?? undefined}
              none="Choose a system…"
            />
          </div>
        )}
        <label className={`${labelClass} md:flex-1`}>
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
        <label className={`${labelClass} md:flex-1`}>
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
        <label className={labelClass}>
          Priority
          <input
            name="priority"
            type="number"
            min={1}
            max={1000}
            defaultValue={asked.priority ?? 100}
            aria-describedby="priority-hint"
            className={`${controlClass} md:w-24`}
          />
        </label>
        <Button type="submit">Show what it would do</Button>
      </form>
      <p id="priority-hint" className="mt-2 text-sm text-ink-3">
        Of several rules that match a resource the lowest number wins, and of equal ones the oldest.
      </p>
      {trouble === null ? null : (
        <p role="alert" className="mt-3 font-medium text-bad">
          {trouble}
        </p>
      )}
    </Card>
  );
}

const fateLook: Record<RuleFate, { kind: StatusKind; text: (owner: string) => string }> = {
  comes: { kind: "ok", text: () => "comes here" },
  moves: { kind: "warn", text: (owner) => `moves here from ${owner}, whose rule comes later` },
  by_hand: { kind: "lock", text: (owner) => `stays with ${owner}, assigned by hand` },
  by_rule: { kind: "none", text: (owner) => `stays with ${owner}, whose rule comes first` },
  here: { kind: "none", text: () => "is here already" },
};

const parts = ({ comes, moves, byHand, byRule, here }: RulePreview) =>
  [
    `${countText(comes)} would come here`,
    moves > 0 ? `${countText(moves)} would move from another rule` : null,
    byHand > 0 ? `${countText(byHand)} were assigned elsewhere by hand and stay` : null,
    byRule > 0 ? `${countText(byRule)} stay with a rule that comes first` : null,
    here > 0 ? `${countText(here)} are here already` : null,
  ].filter((part) => part !== null);

const outcome = (preview: RulePreview) =>
  preview.total === 0
    ? "No resource carries this tag today. The rule would wait for the first one."
    : `${plural(preview.total, "resource carries", "resources carry")} this tag: ${parts(preview).join(", ")}.`;

type PreviewProps = {
  rule: { systemId: string; tagKey: string; tagValue: string; priority: number };
  system: string;
  preview: RulePreview;
  backHref: string;
};

/** What a rule would take, what it would leave, and the button that makes it. */
export function RulePreviewCard({ rule, system, preview, backHref }: PreviewProps) {
  const { systemId, tagKey, tagValue, priority } = rule;
  return (
    <Card title={outcome(preview)}>
      {preview.total === 0 ? null : (
        <DataTable
          caption={`What becomes of the resources with the tag ${tagKey} = ${tagValue}`}
          rows={preview.sample}
          rowKey={({ id }) => id}
          columns={[
            {
              key: "name",
              header: "Resource",
              cell: ({ name }) => <NameText text={name} length={60} className="font-medium" />,
            },
            { key: "kind", header: "Kind", cell: ({ kind, region }) => `${kind} · ${region}` },
            {
              key: "fate",
              header: "What becomes of it",
              cell: ({ fate, owner }) => (
                <StatusBadge kind={fateLook[fate].kind}>
                  <NameText text={fateLook[fate].text(owner ?? "another system")} length={90} />
                </StatusBadge>
              ),
            },
          ]}
        />
      )}
      {preview.total > preview.sample.length ? (
        <p className="border-t px-4 py-2.5 text-ink-3">
          The first {preview.sample.length} of {countText(preview.total)}.
        </p>
      ) : null}
      <div className="border-t p-4">
        <ActionForm action={addRuleAction}>
          <input type="hidden" name="systemId" value={systemId} />
          <input type="hidden" name="tagKey" value={tagKey} />
          <input type="hidden" name="tagValue" value={tagValue} />
          <input type="hidden" name="priority" value={priority} />
          <div className="flex flex-wrap gap-2">
            <SubmitButton>
              Give {visible(tagKey)} = {visible(tagValue)} to {visible(system)}
            </SubmitButton>
            <LinkButton href={backHref} variant="quiet">
              Leave it
            </LinkButton>
          </div>
        </ActionForm>
      </div>
    </Card>
  );
}
