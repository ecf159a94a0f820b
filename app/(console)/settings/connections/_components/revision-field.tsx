"use client";
import { useFormStanding } from "@/components/ui/form-context";

/** The revision being edited; after a conflict the new one, so that saving again applies to what now stands. */
export function RevisionField({ revision }: { revision: number }) {
  const { fieldErrors } = useFormStanding();
  return <input type="hidden" name="revision" value={fieldErrors.revision ?? String(revision)} readOnly />;
}
