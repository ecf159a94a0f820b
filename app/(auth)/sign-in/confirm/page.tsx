import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { SecondStep } from "@/app/(auth)/_components/second-step";
import { signOutAction } from "@/app/(auth)/sign-out/actions";
import { Button } from "@/components/ui/button";
import { NameText } from "@/components/ui/name-text";
import { TextLink } from "@/components/ui/text-link";
import { currentActor, readPreMfaActorWhoMayOnlyConfirm } from "@/lib/auth/actor";
import { factorKindsOf } from "@/lib/auth/factor-store";
import { isRecovering } from "@/lib/auth/session-rules";
import { beginSecondStepAction, finishSecondStepAction } from "./actions";

export const metadata: Metadata = { title: "Confirm it is you" };

/** The second step: something only its owner holds. */
export default async function ConfirmPage() {
  if (await currentActor()) redirect("/");
  const actor = await readPreMfaActorWhoMayOnlyConfirm();
  if (!actor) redirect("/sign-in");
  if (actor.status === "invited" || isRecovering(actor)) redirect("/enroll/factor");
  const kinds = await factorKindsOf(actor);
  return (
    <>
      <div>
        <h1>Confirm it is you</h1>
        <p className="mt-1 text-ink-2">
          Signing in as <NameText text={actor.email} length={60} />
        </p>
      </div>
      <SecondStep {...kinds} begin={beginSecondStepAction} finish={finishSecondStepAction} />
      <p className="text-ink-2">
        Lost your factors? <TextLink href="/sign-in/recover">Use a recovery code.</TextLink>
      </p>
      <form action={signOutAction}>
        <Button type="submit" variant="quiet" className="-ml-3">
          Use another account
        </Button>
      </form>
    </>
  );
}
