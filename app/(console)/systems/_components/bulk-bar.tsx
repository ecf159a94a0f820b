import { SubmitButton } from "@/components/ui/action-form";
import { Button } from "@/components/ui/button";
import { controlClass } from "@/components/ui/control-style";
import { visible } from "@/lib/core/words";
import type { OwnerChoices } from "@/lib/systems/view";
import type { TierChoice } from "@/lib/tiers/view";

const choiceClass = `${controlClass} w-auto max-w-52`;

/** What can be done with several systems at once. */
export function SystemsBar({ tiers, teams }: { tiers: readonly TierChoice[]; teams: OwnerChoices["teams"] }) {
  return (
    <>
      <select name="tierId" aria-label="Tier" className={choiceClass} defaultValue={tiers[0]?.id}>
        {tiers.map(({ id, name }) => (
          <option key={id} value={id}>
            {visible(name)}
          </option>
        ))}
      </select>
      <SubmitButton name="do" value="classify">
        Move to tier
      </SubmitButton>
      <select name="ownerTeamId" aria-label="Team" className={choiceClass} defaultValue="">
        <option value="">no team</option>
        {teams.map(({ id, name }) => (
          <option key={id} value={id}>
            {visible(name)}
          </option>
        ))}
      </select>
      <Button type="submit" name="do" value="own">
        Give to team
      </Button>
    </>
  );
}
