import type { Metadata } from "next";
import { TextLink } from "@/components/ui/text-link";
import { EnrollForm } from "../_components/enroll-form";
import { claimCodeAction, lookAtCodeAction } from "./actions";

export const metadata: Metadata = { title: "Enrol" };

/** The first visit: a one-time code becomes a person with a password. */
export default function EnrollPage() {
  return (
    <>
      <div>
        <h1>Enrol</h1>
        <p className="mt-1 text-ink-2">Three steps: your code, your password, and a second factor.</p>
      </div>
      <EnrollForm look={lookAtCodeAction} claim={claimCodeAction} />
      <p className="text-ink-2">
        Enrolled already? <TextLink href="/sign-in">Sign in.</TextLink>
      </p>
    </>
  );
}
