import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { TextLink } from "@/components/ui/text-link";
import { currentActor } from "@/lib/auth/actor";
import { SignInForm } from "../_components/sign-in-form";

export const metadata: Metadata = { title: "Sign in" };

/** The first step: who somebody says they are. */
export default async function SignInPage() {
  if (await currentActor()) redirect("/");
  return (
    <>
      <div>
        <h1>Sign in</h1>
        <p className="mt-1 text-ink-2">Then confirm with your passkey or authenticator app.</p>
      </div>
      <SignInForm />
      <p className="text-ink-2">
        New here? <TextLink href="/enroll">Enrol with the code you were given.</TextLink>
      </p>
    </>
  );
}
