"use client";
import type { ComponentProps } from "react";
import { cn } from "./cn";
import { controlClass } from "./control-style";
import { useFieldAttributes } from "./form-context";

/** Several lines of text. */
export function Textarea({ className, rows = 3, ...rest }: ComponentProps<"textarea">) {
  return (
    <textarea
      rows={rows}
      {...useFieldAttributes()}
      className={cn(controlClass, "py-1.5 read-only:bg-sunken", className)}
      {...rest}
    />
  );
}
