"use client";
import { Checkbox } from "@/components/ui/checkbox";
import { useFormStanding } from "@/components/ui/form-context";

/** Asks once more before a circle is closed; there only after the command has named it. */
export function AcceptCircle() {
  const { fieldErrors } = useFormStanding();
  if (fieldErrors.acceptCircle === undefined) return null;
  return (
    <Checkbox name="acceptCircle" label="They do need each other: write the circle down" className="sm:col-span-3" />
  );
}
