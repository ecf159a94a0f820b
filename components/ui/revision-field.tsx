"use client";
import { useFormStanding } from "./form-context";

/** Carries the revision that is edited; after a conflict the one to apply over, so that saving again goes on knowingly. */
export function RevisionField({ revision }: { revision: number }) {
  const { fieldErrors } = useFormStanding();
  return <input type="hidden" name="revision" value={fieldErrors.revision ?? String(revision)} readOnly />;
}
