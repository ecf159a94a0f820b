import { toast } from "@/components/ui/toast-store";

const fileNameOf = (answer: Response) =>
  /filename="([\w.-]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1] ?? "holdfast-audit";

function save(file: Blob, name: string) {
  const href = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = href;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

/** Takes events out as a file. By script, because a plain form's post names no origin and is refused. */
export async function saveExport(fields: readonly (readonly [string, string])[]): Promise<void> {
  try {
    const form = new FormData();
    for (const [name, value] of fields) form.append(name, value);
    const answer = await fetch("/audit/export", { method: "POST", body: form });
    if (!answer.ok) {
      toast("Nothing was exported", { kind: "bad", text: (await answer.text()).trim().slice(0, 300) });
      return;
    }
    save(await answer.blob(), fileNameOf(answer));
    toast(`${answer.headers.get("x-holdfast-events") ?? "The"} events exported`, {
      text: "Who took them, and which, stands in the log now.",
    });
  } catch {
    toast("The export is not whole", { kind: "bad", text: "The connection broke before its end. Try again." });
  }
}
