import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { SecondStep } from "@/app/(auth)/_components/second-step";
import { signOutAction } from "@/app/(auth)/sign-out/actions";
import { Button } from "@/components/ui/button";
import { NameText } from "@/components/ui/name-text";
import { currentActor, readPreMfaActorWhoMayOnlyConfirm } from "@/lib/auth/actor";
import { factorKindsOf } from "@/lib/auth/factor-store";
import { beginSecondStepAction, finishSecondStepAction } from "./actions";

export const metadata: Metadata = { title: "Confirm it is you" };

/** The second step: something only its owner holds. */
export default async function ConfirmPage() {
  if (await currentActor()) redirect("/");
  const actor = await readPreMfaActorWhoMayOnlyConfirm();
  if (!actor) redirect("/sign-in");
  if (actor.status === "invited") redirect("/enroll/factor");
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
      <form action={signOutAction}>
        <Button type="submit" variant="quiet" className="-ml-3">
          Use another account
        </Button>
      </form>
    </>
  );
}
