import { cn } from "./cn";

export type ButtonVariant = "primary" | "default" | "quiet" | "danger";
export type ButtonSize = "normal" | "small" | "icon";

const variants: Record<ButtonVariant, string> = {
  primary: "border-accent bg-accent text-accent-ink hover:border-accent-hover hover:bg-accent-hover",
  default: "border-line-strong bg-surface text-ink hover:bg-hover",
  quiet: "border-transparent text-ink-2 hover:bg-hover hover:text-ink",
  danger: "border-bad bg-surface text-bad hover:bg-bad-wash",
};

const sizes: Record<ButtonSize, string> = {
  normal: "min-h-8 px-3 py-1 max-md:min-h-10",
  small: "min-h-6 px-2 text-sm max-md:min-h-9",
  icon: "size-8 justify-center max-md:size-10",
};

/** The look of everything that is pressed. */
export const buttonClass = (variant: ButtonVariant = "default", size: ButtonSize = "normal", className?: string) =>
  cn(
    "inline-flex flex-none items-center justify-center gap-1.5 rounded-md border font-medium whitespace-nowrap",
    "transition-colors select-none aria-disabled:cursor-not-allowed aria-disabled:opacity-60 disabled:cursor-not-allowed disabled:opacity-60",
    variants[variant],
    sizes[size],
    className,
  );
