"use client";
import { type Density, densities, type Theme, themes } from "@/components/shell/appearance";
import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { Card } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { setPreferencesAction } from "../actions";

type Props = { timeZone: string; theme: Theme; density: Density; zones: readonly string[] };

const themeWords: Record<Theme, string> = { system: "As the system", light: "Light", dark: "Dark" };
const densityWords: Record<Density, string> = { normal: "Normal", compact: "Compact" };

/** How things look to you, and in which time. */
export function Appearance({ timeZone, theme, density, zones }: Props) {
  return (
    <Card title="Appearance and time" padded>
      <ActionForm action={setPreferencesAction} className="grid max-w-md gap-4">
        <Field name="theme" label="Theme" required>
          <Select defaultValue={theme}>
            {themes.map((value) => (
              <option key={value} value={value}>
                {themeWords[value]}
              </option>
            ))}
          </Select>
        </Field>
        <Field name="density" label="Table rows" required>
          <Select defaultValue={density}>
            {densities.map((value) => (
              <option key={value} value={value}>
                {densityWords[value]}
              </option>
            ))}
          </Select>
        </Field>
        <Field
          name="timeZone"
          label="Time zone"
          hint="Schedules and reports say their times in UTC and in this."
          required
        >
          <Select defaultValue={timeZone}>
            {zones.map((zone) => (
              <option key={zone} value={zone}>
                {zone}
              </option>
            ))}
          </Select>
        </Field>
        <div>
          <SubmitButton>Save</SubmitButton>
        </div>
      </ActionForm>
    </Card>
  );
}
