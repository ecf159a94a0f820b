import { visible } from "@/lib/core/words";
import { cn } from "./cn";
import { CopyButton } from "./copy-button";

type Props = {
  code: string;
  /** What the code is, such as "Equivalent command". */
  label: string;
  /** Breaks long lines in place of scrolling. */
  wrap?: boolean;
};

/** What scrolls must be reachable by keyboard, and so must have a name. */
const scrollRegion = (label: string) => ({ role: "region", tabIndex: 0, "aria-label": label });

/** A command or a document to read and copy. */
export function CodeBlock({ code, label, wrap = false }: Props) {
  const shown = code
    .split("\n")
    .map((line) => line.split("\t").map(visible).join("  "))
    .join("\n");
  return (
    <figure className="min-w-0 rounded-md border bg-sunken">
      <figcaption className="flex items-center justify-between gap-2 border-b py-0.5 pr-1 pl-3 text-sm text-ink-3">
        {label}
        <CopyButton text={code} label="Copy" />
      </figcaption>
      <pre
        {...scrollRegion(label)}
        className={cn("overflow-x-auto p-3 font-mono text-sm", wrap && "whitespace-pre-wrap wrap-anywhere")}
      >
        <code>{shown}</code>
      </pre>
    </figure>
  );
}
