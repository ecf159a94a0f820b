"use client";
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { ActionForm } from "@/components/ui/action-form";
import type { FormAction } from "@/components/ui/action-state";
import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/toast-store";
import { plural } from "@/lib/core/words";

type Props = {
  action: FormAction;
  /** The name that the boxes of the rows go by. */
  name: string;
  noun: string;
  /** What is said when it is done. */
  doneText: string;
  /** What can be done with what is chosen. */
  bar: ReactNode;
  children: ReactNode;
};

/** A list whose rows can be chosen, with a bar of what to do with them all at once. */
export function BulkForm({ action, name, noun, doneText, bar, children }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const [count, setCount] = useState(0);
  const boxes = () => Array.from(frame.current?.querySelectorAll<HTMLInputElement>(`input[name="${name}"]`) ?? []);
  const recount = () => setCount(boxes().filter((box) => box.checked).length);
  const setAll = (checked: boolean) => {
    for (const box of boxes()) box.checked = checked;
    recount();
  };
  // Enter on a box would send the form with whichever button comes first.
  const keepEnter = (event: KeyboardEvent) => {
    if (event.key === "Enter" && event.target instanceof HTMLInputElement) event.preventDefault();
  };
  // A browser may bring boxes back checked after going back, before anybody pressed one.
  useEffect(recount);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it listens to the boxes inside it, and is none itself
    <div ref={frame} onChange={recount} onKeyDown={keepEnter}>
      <ActionForm
        action={action}
        onDone={() => {
          setAll(false);
          toast(doneText);
        }}
      >
        {children}
        {count === 0 ? null : (
          <section
            aria-label="What to do with the chosen rows"
            className="sticky bottom-3 z-10 mx-auto flex w-max max-w-full flex-wrap items-center gap-2.5 rounded-lg border bg-raised px-3.5 py-2.5 shadow-float"
          >
            <span role="status" className="font-semibold">
              {plural(count, noun)} chosen
            </span>
            {bar}
            <Button variant="quiet" onClick={() => setAll(count < boxes().length)}>
              {count < boxes().length ? "Choose all here" : "Choose none"}
            </Button>
            {count < boxes().length ? (
              <Button variant="quiet" onClick={() => setAll(false)}>
                Choose none
              </Button>
            ) : null}
          </section>
        )}
      </ActionForm>
    </div>
  );
}
