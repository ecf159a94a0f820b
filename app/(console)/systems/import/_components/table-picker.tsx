"use client";
import type { Route } from "next";
import { useRouter } from "next/navigation";
import { type FormEvent, useRef, useState } from "react";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { controlClass } from "@/components/ui/control-style";
import { Progress } from "@/components/ui/progress";
import { type Sent, sendTable } from "./send-table";

/** Takes a file, sends it in batches with its progress, and goes on to what it would do. */
export function TablePicker() {
  const router = useRouter();
  const picker = useRef<HTMLInputElement>(null);
  const stop = useRef(false);
  const [sent, setSent] = useState<Sent | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);

  const send = async (event: FormEvent) => {
    event.preventDefault();
    const file = picker.current?.files?.[0];
    if (sent !== null) return;
    if (!file) {
      setTrouble("Choose a file first.");
      return;
    }
    stop.current = false;
    setTrouble(null);
    const outcome = await sendTable(file, setSent, () => stop.current).catch(() => ({
      ok: false as const,
      message: "The connection broke before the whole file was sent. Nothing was changed; try again.",
    }));
    setSent(null);
    if (outcome.ok) router.push(`/systems/import?id=${outcome.value}` as Route);
    else setTrouble(outcome.message);
  };

  return (
    <form onSubmit={send} className="grid gap-4" aria-busy={sent !== null || undefined}>
      {trouble === null ? null : (
        <Banner kind="bad" role="alert">
          {trouble}
        </Banner>
      )}
      <label className="grid gap-1 font-medium">
        A CSV file in UTF-8
        <input
          ref={picker}
          type="file"
          accept=".csv,text/csv"
          disabled={sent !== null}
          className={`${controlClass} h-auto max-w-xl py-1.5 file:mr-3 file:rounded-sm file:border file:bg-sunken file:px-2 file:py-0.5`}
        />
      </label>
      {sent === null ? null : (
        <div className="grid max-w-xl gap-1.5">
          <p role="status" className="text-ink-2">
            {sent.step}
            {sent.share === null ? "…" : `: ${Math.round(sent.share * 100)} %`}
          </p>
          <Progress label={sent.step} share={sent.share} />
        </div>
      )}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" variant="primary" pending={sent !== null}>
          Show what it would do
        </Button>
        {sent === null ? null : (
          <Button
            variant="quiet"
            onClick={() => {
              stop.current = true;
            }}
          >
            Stop
          </Button>
        )}
      </div>
    </form>
  );
}
