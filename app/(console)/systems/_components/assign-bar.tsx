import { SubmitButton } from "@/components/ui/action-form";
import { Picker } from "@/components/ui/picker";
import { systemSearchHref } from "@/lib/systems/rules";
import type { SystemChoice } from "@/lib/systems/view";

/** Where the chosen resources go. */
export function AssignBar({ chosen }: { chosen: SystemChoice | null }) {
  return (
    <>
      <Picker
        name="systemId"
        aria-label="System"
        searchHref={systemSearchHref}
        chosen={chosen ?? undefined}
        none="Choose a system…"
        className="w-auto min-w-48 max-w-72"
      />
      <SubmitButton name="do" value="assign">
        Assign to system
      </SubmitButton>
    </>
  );
}
