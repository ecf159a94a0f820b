import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { FirstFactor } from "@/app/(auth)/_components/first-factor";
import { currentActor, readPreMfaActorWhoMayOnlyConfirm } from "@/lib/auth/actor";
import { passkeysPossible } from "@/lib/auth/relying-party";
import { beginFirstFactorAction, finishFirstFactorAction } from "./actions";

export const metadata: Metadata = { title: "Your second factor" };

/** The last step of enrolling: a factor that only its owner holds. */
export default async function FirstFactorPage() {
  if (await currentActor()) redirect("/");
  const actor = await readPreMfaActorWhoMayOnlyConfirm();
  if (!actor) redirect("/sign-in");
  if (actor.status === "active") redirect("/sign-in/confirm");
  return (
    <>
      <div>
        <h1>Your second factor</h1>
        <p className="mt-1 text-ink-2">You will confirm with it at each sign-in and before grave operations.</p>
      </div>
      <FirstFactor passkeys={passkeysPossible} begin={beginFirstFactorAction} finish={finishFirstFactorAction} />
    </>
  );
}
