import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { RecoveryForm } from "@/app/(auth)/_components/recovery-form";
import { TextLink } from "@/components/ui/text-link";
import { currentActor, readPreMfaActorWhoMayOnlyConfirm } from "@/lib/auth/actor";
import { isRecovering } from "@/lib/auth/session-rules";
import { recoverAction } from "./actions";

export const metadata: Metadata = { title: "Use a recovery code" };

/** The way in for somebody who lost their factors and kept their codes. */
export default async function RecoverPage() {
  if (await currentActor()) redirect("/");
  const actor = await readPreMfaActorWhoMayOnlyConfirm();
  if (!actor) redirect("/sign-in");
  if (actor.status === "invited" || isRecovering(actor)) redirect("/enroll/factor");
  return (
    <>
      <div>
        <h1>Use a recovery code</h1>
        <p className="mt-1 text-ink-2">
          It ends your other sessions and lets you set up a new factor. You and the administrators are told.
        </p>
      </div>
      <RecoveryForm action={recoverAction} />
      <p className="text-ink-2">
        Found your factor? <TextLink href="/sign-in/confirm">Confirm with it.</TextLink>
      </p>
    </>
  );
}
