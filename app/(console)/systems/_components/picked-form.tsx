"use client";
import { type KeyboardEvent, type ReactNode, useState } from "react";
import { ActionForm } from "@/components/ui/action-form";
import type { FormAction } from "@/components/ui/action-state";
import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/toast-store";
import { countText, plural } from "@/lib/core/words";
import { createPicks, PicksContext, usePicks } from "./picks";

/** So many rows one command takes. */
export const mostPicked = 1_000;

type Props = {
  action: FormAction;
  /** The name that the chosen ids go by. */
  name: string;
  noun: string;
  doneText: string;
  /** How many rows fit the filter. */
  total: number;
  /** Reads the ids of the first rows that fit the filter, in the order shown. */
  readIds: (most: number) => Promise<readonly string[]>;
  /** What can be done with what is chosen. */
  bar: ReactNode;
  children: ReactNode;
};

/** A list too long for the page whose rows can be chosen, with a bar of what to do with them all at once. */
export function PickedForm({ action, name, noun, doneText, total, readIds, bar, children }: Props) {
  const [picks] = useState(createPicks);
  const [reading, setReading] = useState(false);
  const chosen = usePicks(picks);
  // Enter on a box would send the form with whichever button comes first.
  const keepEnter = (event: KeyboardEvent) => {
    if (event.key === "Enter" && event.target instanceof HTMLInputElement) event.preventDefault();
  };
  const pickAll = async () => {
    setReading(true);
    try {
      picks.set(await readIds(mostPicked));
    } catch {
      toast("The list could not be read to its end. Nothing more was chosen.", { kind: "bad" });
    }
    setReading(false);
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it listens to the boxes inside it, and is none itself
    <div onKeyDown={keepEnter}>
      <ActionForm
        action={action}
        onDone={() => {
          picks.set([]);
          toast(doneText);
        }}
      >
        <PicksContext value={picks}>{children}</PicksContext>
        {chosen.map((id) => (
          <input key={id} type="hidden" name={name} value={id} />
        ))}
        {chosen.length === 0 ? null : (
          <section
            aria-label="What to do with the chosen rows"
            className="sticky bottom-3 z-10 mx-auto flex w-max max-w-full flex-wrap items-center gap-2.5 rounded-lg border bg-raised px-3.5 py-2.5 shadow-float print:hidden"
          >
            <span role="status" className="font-semibold">
              {plural(chosen.length, noun)} chosen
            </span>
            {bar}
            {chosen.length >= Math.min(total, mostPicked) ? null : (
              <Button variant="quiet" pending={reading} onClick={() => void pickAll()}>
                {total > mostPicked ? `Choose the first ${countText(mostPicked)}` : `Choose all ${countText(total)}`}
              </Button>
            )}
            <Button variant="quiet" onClick={() => picks.set([])}>
              Choose none
            </Button>
          </section>
        )}
      </ActionForm>
    </div>
  );
}
