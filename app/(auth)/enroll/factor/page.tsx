import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { FirstFactor } from "@/app/(auth)/_components/first-factor";
import { currentActor, readPreMfaActorWhoMayOnlyConfirm } from "@/lib/auth/actor";
import { passkeysPossible } from "@/lib/auth/relying-party";
import { isRecovering } from "@/lib/auth/session-rules";
import { beginFirstFactorAction, finishFirstFactorAction } from "./actions";

export const metadata: Metadata = { title: "Your second factor" };

const words = {
  enrolling: {
    title: "Your second factor",
    text: "You will confirm with it at each sign-in and before grave operations.",
  },
  recovering: {
    title: "Set up a new factor",
    text: "Your recovery code is used up, and your other sessions have ended. Nothing else opens until this is done.",
  },
  done: { title: "You are enrolled", text: "From now on you sign in with both factors." },
} as const;

/** The last step of enrolling, and the only one after a recovery code: a factor that only its owner holds. */
export default async function FirstFactorPage() {
  const done = (await currentActor()) !== null;
  const actor = await readPreMfaActorWhoMayOnlyConfirm();
  if (!done && !actor) redirect("/sign-in");
  const recovering = actor !== null && isRecovering(actor);
  if (actor?.status === "active" && !recovering) redirect("/sign-in/confirm");
  const { title, text } = words[done ? "done" : recovering ? "recovering" : "enrolling"];
  // The page is drawn again once the factor is there: what it shows once must outlive that.
  return (
    <>
      <div>
        <h1>{title}</h1>
        <p className="mt-1 text-ink-2">{text}</p>
      </div>
      <FirstFactor
        passkeys={passkeysPossible}
        name={recovering ? "My new factor" : "My first factor"}
        done={done}
        begin={beginFirstFactorAction}
        finish={finishFirstFactorAction}
      />
    </>
  );
}
