"use client";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/toast-store";

const fileNameOf = (answer: Response) =>
  /filename="([\w.-]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1] ?? "holdfast-audit.ndjson";

function save(file: Blob, name: string) {
  const href = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = href;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

/** Takes the events of a filter out as a file. By script, because a plain form's post names no origin and is refused. */
export function ExportButton({ filter, label }: { filter: readonly (readonly [string, string])[]; label: string }) {
  const [pending, setPending] = useState(false);
  const take = async () => {
    setPending(true);
    try {
      const form = new FormData();
      for (const [name, value] of filter) form.append(name, value);
      const answer = await fetch("/audit/export", { method: "POST", body: form });
      if (!answer.ok) {
        toast("Nothing was exported", { kind: "bad", text: (await answer.text()).trim().slice(0, 300) });
        return;
      }
      save(await answer.blob(), fileNameOf(answer));
      toast(`${answer.headers.get("x-holdfast-events") ?? "The"} events exported`, {
        text: "Who took them, and a hash of the file, stand in the log now.",
      });
    } catch {
      toast("Nothing was exported", { kind: "bad", text: "The server could not be reached. Try again." });
    } finally {
      setPending(false);
    }
  };
  return (
    <Button pending={pending} onClick={() => void take()}>
      {label}
    </Button>
  );
}
