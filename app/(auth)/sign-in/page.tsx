import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { Banner } from "@/components/ui/banner";
import { TextLink } from "@/components/ui/text-link";
import { currentActor } from "@/lib/auth/actor";
import { ssoLabel, ssoProviderId } from "@/lib/auth/sso-porch";
import { ContinueWith } from "../_components/continue-with";
import { SignInForm } from "../_components/sign-in-form";

export const metadata: Metadata = { title: "Sign in" };

/** The first step: who somebody says they are. */
export default async function SignInPage({ searchParams }: PageProps<"/sign-in">) {
  if (await currentActor()) redirect("/");
  const failed = (await searchParams).failed === "provider";
  return (
    <>
      <div>
        <h1>Sign in</h1>
        <p className="mt-1 text-ink-2">Then confirm with your passkey or authenticator app.</p>
      </div>
      {failed ? (
        <Banner
          kind="bad"
          role="alert"
          title={`Signing in through ${ssoLabel ?? "the identity provider"} did not work.`}
        >
          Try again. Where it is down, sign in with your password.
        </Banner>
      ) : null}
      {ssoLabel === null ? null : <ContinueWith label={ssoLabel} provider={ssoProviderId} />}
      <SignInForm prominent={ssoLabel === null} />
      <p className="text-ink-2">
        New here? <TextLink href="/enroll">Enrol with the code you were given.</TextLink>
      </p>
    </>
  );
}
