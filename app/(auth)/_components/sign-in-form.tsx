"use client";
import { signIn } from "next-auth/react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";

const wrong = "E-mail or password is not right. After several failed tries, wait five minutes before the next one.";
const unreachable = "The server could not be reached. Try again.";

/** E-mail and password; what was typed stays, whatever the answer. Less prominent where there is another way in. */
export function SignInForm({ prominent }: { prominent: boolean }) {
  const alert = useRef<HTMLDivElement>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [pending, setPending] = useState(false);
  useEffect(() => {
    if (trouble !== null) alert.current?.focus();
  }, [trouble]);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (pending) return;
    const { email, password } = Object.fromEntries(new FormData(event.currentTarget));
    setPending(true);
    setTrouble(null);
    const answer = await signIn("credentials", { email, password, redirect: false }).catch(() => null);
    // A whole new document: the next page belongs to a session that this one does not know.
    if (answer?.ok) return window.location.assign("/sign-in/confirm");
    setPending(false);
    setTrouble(answer?.status === 401 ? wrong : unreachable);
  };

  return (
    <form
      method="post"
      onSubmit={(event) => void submit(event)}
      aria-busy={pending || undefined}
      className="grid gap-4 rounded-lg border bg-surface p-5"
    >
      {trouble === null ? null : (
        <Banner kind="bad" role="alert" tabIndex={-1} ref={alert}>
          {trouble}
        </Banner>
      )}
      <Field name="email" label="E-mail" required>
        <Input type="email" autoComplete="username" autoCapitalize="none" spellCheck={false} autoFocus={prominent} />
      </Field>
      <Field name="password" label="Password" required>
        <Input type="password" autoComplete="current-password" />
      </Field>
      <Button type="submit" variant={prominent ? "primary" : "default"} pending={pending} className="w-full">
        Continue
      </Button>
    </form>
  );
}
