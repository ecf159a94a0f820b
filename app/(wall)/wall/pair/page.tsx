import type { Metadata } from "next";
import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { pairDisplayAction } from "./actions";

export const metadata: Metadata = { title: "Pair a wall display" };

/** Where the browser on a wall is given its token: by a code that an administrator reads out. */
export default function PairPage() {
  return (
    <main data-wall className="grid min-h-dvh content-center justify-items-center bg-canvas p-6 text-ink">
      <div className="grid w-full max-w-md gap-6">
        <div className="grid gap-2">
          <h1 className="text-[clamp(1.6rem,2.7vw,2.6rem)]/[1.15]">Pair this screen</h1>
          <p className="text-base text-ink-2">
            An administrator adds it under Settings → Wall displays and is shown a code. From then on this browser shows
            the wall, and nothing else.
          </p>
        </div>
        <div className="rounded-lg border bg-surface p-5">
          <ActionForm action={pairDisplayAction}>
            <Field
              name="code"
              label="Pairing code"
              hint="Eight letters and digits; it works once, for 15 minutes."
              required
            >
              <Input
                autoComplete="off"
                autoCapitalize="characters"
                spellCheck={false}
                autoFocus
                maxLength={60}
                className="h-12 font-mono text-xl tracking-[0.12em] uppercase"
              />
            </Field>
            <SubmitButton className="w-full">Pair this screen</SubmitButton>
          </ActionForm>
        </div>
      </div>
    </main>
  );
}
