import { Banner } from "@/components/ui/banner";
import { ageText } from "@/lib/core/words";
import type { SealingView } from "./views";

/** Says that the sealer is late, and what that stops. */
export function LateBanner({ sealing: { standing, lagSeconds } }: { sealing: SealingView }) {
  if (standing === "fresh") return null;
  return (
    <Banner kind="bad" role="alert" title={`The oldest unsealed event has waited ${ageText(lagSeconds)}.`}>
      {standing === "blocking"
        ? "Changes of policy and restores at level 0 wait until sealing goes on; break-glass stays open. Look at the worker's log."
        : "Events are written down as before, but what is not sealed is not yet protected. Look at the worker's log."}
    </Banner>
  );
}
