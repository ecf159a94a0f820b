"use client";
import { GovernedForm } from "@/components/step-up/governed";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { useFormStanding } from "@/components/ui/form-context";
import { Input } from "@/components/ui/input";
import type { Able, Level, LevelRule, VoterGroup } from "@/lib/approvals/rules";
import { plural } from "@/lib/core/words";
import { answerProofAction, askPolicyAction, changePolicyAction } from "../actions";
import { breakGlassSeconds, levelScope, levels } from "./level-words";

type Props = { policy: Record<Level, LevelRule>; able: Able };

/** The whole policy as a form: it is put to the votes of the gravest level of the policy in force. */
export function PolicyForm({ policy, able }: Props) {
  return (
    <GovernedForm
      action={changePolicyAction}
      begin={askPolicyAction}
      finish={answerProofAction}
      label="Put this policy forward"
      doneHref="/settings/governance"
    >
      <p className="text-ink-2">
        {plural(able.approver, "approver")} and {plural(able.security_approver, "security approver")} could vote today.
        A policy that asks for more is refused, for nobody could satisfy it.
      </p>
      {levels.map((level) => (
        <LevelFields key={level} level={level} rule={policy[level]} />
      ))}
    </GovernedForm>
  );
}

const countOf = (rule: LevelRule, group: VoterGroup) => rule.votes.find((vote) => vote.group === group)?.count ?? 0;

/** Fields of one level; a refusal may name a clock by its seconds, which this form asks in minutes. */
function LevelFields({ level, rule }: { level: Level; rule: LevelRule }) {
  const { fieldErrors } = useFormStanding();
  const number = (name: string, label: string, value: number, most: number, refusedAs?: string) => (
    <Field
      name={`${name}${level}`}
      label={label}
      required
      error={fieldErrors[`${name}${level}`] ?? (refusedAs ? fieldErrors[`${refusedAs}${level}`] : undefined)}
    >
      <Input type="number" min={0} max={most} step={1} defaultValue={value} />
    </Field>
  );
  return (
    <fieldset className="grid gap-3 border-t pt-4">
      <legend className="float-left w-full font-semibold">{levelScope[level].name}</legend>
      <p className="clear-both text-ink-3">{levelScope[level].text}</p>
      <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
        {number("approver", "Approvers", countOf(rule, "approver"), 9)}
        {number("security", "Security approvers", countOf(rule, "security_approver"), 9)}
        {number("deny", "Refusals that end it", rule.denyThreshold, 5, "denyThreshold")}
        {number("coolDownMinutes", "Cool-down, minutes", rule.coolDownSeconds / 60, 1_440, "coolDownSeconds")}
        {number(
          "approveWithinMinutes",
          "Agree within, minutes",
          rule.approveWithinSeconds / 60,
          20_160,
          "approveWithinSeconds",
        )}
        {number(
          "executeWithinMinutes",
          "Start within, minutes",
          rule.executeWithinSeconds / 60,
          20_160,
          "executeWithinSeconds",
        )}
        {number(
          "breakGlassCoolDownMinutes",
          "Veto after forcing, minutes",
          (rule.breakGlassCoolDownSeconds ?? breakGlassSeconds) / 60,
          1_440,
        )}
      </div>
      <Proofs level={level} rule={rule} wrong={fieldErrors[`factors${level}`]} />
    </fieldset>
  );
}

const proofs = [
  { value: "device_passkey", label: "A passkey bound to its device" },
  { value: "passkey", label: "Any other passkey" },
  { value: "totp", label: "A one-time code" },
] as const;

function Proofs({ level, rule, wrong }: { level: Level; rule: LevelRule; wrong: string | undefined }) {
  return (
    <fieldset className="grid gap-1.5" aria-invalid={wrong !== undefined || undefined} tabIndex={-1}>
      <legend className="mb-1 font-medium">Proofs that do</legend>
      <div className="flex flex-wrap gap-x-5 gap-y-2">
        {proofs.map(({ value, label }) => (
          <Checkbox
            key={value}
            name={`factors${level}[]`}
            value={value}
            label={label}
            defaultChecked={rule.factors.includes(value)}
          />
        ))}
      </div>
      {wrong === undefined ? null : <p className="text-sm font-medium text-bad">{wrong}</p>}
    </fieldset>
  );
}
