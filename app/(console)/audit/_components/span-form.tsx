"use client";
import type { Route } from "next";
import { useRouter, useSearchParams } from "next/navigation";
import { type FormEvent, useId } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";

const forget = ["after", "before", "span", "from", "to"];

/** A stretch of time from minute to minute, kept in the address. */
export function SpanForm() {
  const params = useSearchParams();
  const router = useRouter();
  const id = useId();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const next = new URLSearchParams(params);
    for (const name of forget) next.delete(name);
    for (const [name, value] of new FormData(event.currentTarget))
      if (typeof value === "string" && value) next.set(name, value);
    router.replace(`/audit?${next.toString()}` as Route, { scroll: false });
  };
  const from = params.get("from") ?? "";
  const to = params.get("to") ?? "";
  return (
    <details open={from !== "" || to !== ""}>
      <summary className="w-fit rounded-xs text-ink-2">A span of your own</summary>
      <form
        aria-labelledby={id}
        key={`${from}|${to}`}
        onSubmit={submit}
        className="mt-2 flex flex-wrap items-end gap-3"
      >
        <span id={id} className="sr-only">
          From and until
        </span>
        <Field name="from" label="From (UTC)" required>
          <Input type="datetime-local" name="from" required={false} defaultValue={from.slice(0, 16)} />
        </Field>
        <Field name="to" label="Until (UTC)" required>
          <Input type="datetime-local" name="to" required={false} defaultValue={to.slice(0, 16)} />
        </Field>
        <Button type="submit">Show this span</Button>
      </form>
    </details>
  );
}
