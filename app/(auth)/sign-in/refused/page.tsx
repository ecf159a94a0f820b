import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { Banner } from "@/components/ui/banner";
import { CopyButton } from "@/components/ui/copy-button";
import { TextLink } from "@/components/ui/text-link";
import type { SsoRefusal } from "@/lib/auth/enter-by-identity";
import { lastRefusal, ssoLabel } from "@/lib/auth/sso-porch";

export const metadata: Metadata = { title: "Not signed in" };

const words: Record<SsoRefusal, { title: string; text: string }> = {
  unknown: {
    title: "Nobody here has this identity yet.",
    text: "Give an administrator the subject below. They link it to you, once you are a person here.",
  },
  joined: {
    title: "You are known here now, without any right.",
    text: "The administrators are told. One of them gives you a role and a one-time code, with which you enrol.",
  },
  invited: {
    title: "You have not enrolled yet.",
    text: "Enrol with the one-time code that an administrator gave you, or ask them for one; then sign in this way.",
  },
  disabled: { title: "This account may not sign in.", text: "Ask an administrator." },
  no_claim: {
    title: "Your identity provider did not say what you may do.",
    text: "The claim that roles are read from was missing, and without it nothing opens. Ask whoever runs the identity provider.",
  },
  overage: {
    title: "You are in too many groups for your identity provider to name.",
    text: "It left them out, and without them nothing opens. Ask whoever runs it to send application roles instead.",
  },
  failed: {
    title: "The identity provider's answer was not accepted.",
    text: "Try again, or sign in with your password.",
  },
};

/** Why somebody whom the identity provider knows was not let in. */
export default async function RefusedPage() {
  const refusal = await lastRefusal();
  if (!refusal) redirect("/sign-in");
  const { title, text } = words[refusal.refused];
  return (
    <>
      <div>
        <h1>Not signed in</h1>
        <p className="mt-1 text-ink-2">{ssoLabel ?? "The identity provider"} answered, and that was not enough.</p>
      </div>
      <Banner kind="warn" role="alert" title={title}>
        {text}
      </Banner>
      {refusal.subject === "" ? null : (
        <div className="grid gap-2 rounded-lg border bg-surface p-5">
          <p className="text-ink-2">Subject</p>
          <code className="font-mono wrap-anywhere">{refusal.subject}</code>
          <div>
            <CopyButton text={refusal.subject} label="Copy subject" />
          </div>
        </div>
      )}
      <p className="text-ink-2">
        <TextLink href="/sign-in">Back to sign in</TextLink>
      </p>
    </>
  );
}
