"use client";
import type { ComponentProps } from "react";
import { cn } from "./cn";
import { controlClass } from "./control-style";
import { useFieldAttributes } from "./form-context";

/** A line of text. */
export function Input({ className, type = "text", ...rest }: ComponentProps<"input">) {
  return (
    <input
      type={type}
      {...useFieldAttributes()}
      className={cn(controlClass, "read-only:bg-sunken", className)}
      {...rest}
    />
  );
}
