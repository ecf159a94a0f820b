import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { copyRules, type Objectives, writeDuration } from "@/lib/tiers/rules";

const times = [
  ["rpoSeconds", "RPO", "How much data may be lost, such as 15 min."],
  ["rtoSeconds", "RTO", "How long a recovery may take, such as 4 h."],
  ["mtdSeconds", "MTD", "How long it may be down before harm is unacceptable."],
] as const;

const counts = [
  ["restoreTestCadenceDays", "Restore test every … days"],
  ["verifyDays", "Verification every … days"],
  ["drillCadenceDays", "Drill every … days"],
  ["runbookReviewDays", "Runbook review every … days"],
  ["minRetentionDays", "Kept at least … days"],
  ["offsiteRetentionDays", "Kept off-site … days"],
  ["minImmutableDays", "Locked at least … days"],
  ["approvals", "Approvals for production"],
] as const;

/** The objectives of a tier as fields. */
export function TierFields({ name, objectives }: { name: string; objectives: Objectives }) {
  return (
    <>
      <Field name="name" label="Name" required>
        <Input defaultValue={name} maxLength={80} autoComplete="off" />
      </Field>
      <div className="grid gap-4 sm:grid-cols-3">
        {times.map(([field, label, hint]) => (
          <Field key={field} name={field} label={label} hint={hint} required>
            <Input defaultValue={writeDuration(objectives[field])} autoComplete="off" />
          </Field>
        ))}
      </div>
      <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
        <Field name="timeInRpoTargetPct" label="Time in RPO, %" required hint="The rest is the quarter's budget.">
          <Input inputMode="decimal" defaultValue={String(objectives.timeInRpoTargetPct)} />
        </Field>
        <Field name="copyRule" label="Copies" required>
          <Select defaultValue={objectives.copyRule}>
            {copyRules.map((rule) => (
              <option key={rule} value={rule}>
                {rule}
              </option>
            ))}
          </Select>
        </Field>
        {counts.map(([field, label]) => (
          <Field key={field} name={field} label={label} required>
            <Input type="number" min={0} defaultValue={objectives[field]} />
          </Field>
        ))}
        <Field name="maxRetentionDays" label="Kept at most … days" hint="Empty for no limit.">
          <Input type="number" min={1} defaultValue={objectives.maxRetentionDays ?? ""} />
        </Field>
      </div>
    </>
  );
}
