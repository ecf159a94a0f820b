import { SubmitButton } from "@/components/ui/action-form";
import { controlClass } from "@/components/ui/control-style";
import { visible } from "@/lib/core/words";
import type { SystemChoice } from "@/lib/systems/view";

/** Where the chosen resources go. */
export function AssignBar({ systems, chosen }: { systems: readonly SystemChoice[]; chosen: string | undefined }) {
  return (
    <>
      <select
        name="systemId"
        aria-label="System"
        defaultValue={chosen ?? systems[0]?.id}
        className={`${controlClass} w-auto max-w-72`}
      >
        {systems.map(({ id, name, tierRank }) => (
          <option key={id} value={id}>
            {visible(name)} {tierRank === null ? "" : `(tier ${tierRank})`}
          </option>
        ))}
      </select>
      <SubmitButton name="do" value="assign">
        Assign to system
      </SubmitButton>
    </>
  );
}
