"use client";
import { ScopeFields, type TeamName } from "@/app/(console)/settings/people/_components/role-fields";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { displayDays, displayDaysUsual } from "@/lib/walls/rules";
import { addDisplayAction, answerProofAction, askAddingAction } from "../actions";
import { CodeDialog } from "./code-dialog";

/** Adds a screen: what it is called, what it sees, and for how long. */
export function AddDisplay({ teams }: { teams: readonly TeamName[] }) {
  return (
    <CodeDialog
      action={addDisplayAction}
      begin={askAddingAction}
      finish={answerProofAction}
      label="Confirm and add"
      trigger={<Button variant="primary">Add a wall display</Button>}
      title="Add a wall display"
      description="Whoever stands before it reads the names of systems that are in trouble."
    >
      <Field name="name" label="Name" hint="Which screen it is, such as “Operations room, left”." required>
        <Input maxLength={120} autoComplete="off" />
      </Field>
      <ScopeFields label="Sees" teams={teams} />
      <Field name="days" label="Lasts" required>
        <Select defaultValue={displayDaysUsual}>
          {displayDays.map((days) => (
            <option key={days} value={days}>
              {days === 365 ? "A year" : `${days} days`}
            </option>
          ))}
        </Select>
      </Field>
    </CodeDialog>
  );
}
