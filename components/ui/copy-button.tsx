"use client";
import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "./button";
import type { ButtonVariant } from "./button-style";

type Props = {
  text: string;
  /** What the button says; what is copied, not "Copy" alone. */
  label?: string;
  variant?: ButtonVariant;
  /** Shows the symbol alone; the label is still read out. */
  compact?: boolean;
};

type Standing = "idle" | "copied" | "failed";
const shownMs = 2_000;
const words = {
  copied: "Copied",
  failed: "Copying was refused by the browser",
} as const;

/** Copies a text, and says whether it could. */
export function CopyButton({ text, label = "Copy", variant = "quiet", compact = false }: Props) {
  const [standing, setStanding] = useState<Standing>("idle");
  useEffect(() => {
    if (standing === "idle") return;
    const timer = setTimeout(() => setStanding("idle"), shownMs);
    return () => clearTimeout(timer);
  }, [standing]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setStanding("copied");
    } catch {
      setStanding("failed");
    }
  };
  const Icon = standing === "copied" ? Check : Copy;
  return (
    <>
      <Button
        variant={variant}
        size={compact ? "icon" : "small"}
        onClick={() => void copy()}
        {...(compact ? { "aria-label": label, title: label } : {})}
      >
        <Icon aria-hidden="true" className="size-3.5" />
        {compact ? null : standing === "failed" ? "Not copied" : standing === "copied" ? "Copied" : label}
      </Button>
      <span role="status" className="sr-only">
        {standing === "idle" ? "" : words[standing]}
      </span>
    </>
  );
}
