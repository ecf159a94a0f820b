import { Check } from "lucide-react";
import { AppLink } from "./app-link";
import { cn } from "./cn";

export type Step = {
  label: string;
  state: "done" | "current" | "ahead";
  /** Where a step that is done can be seen again. */
  href?: string;
};

/** Where we are in a piece of work of several steps; a phone shows the current one and its place. */
export function Stepper({ label, steps }: { label: string; steps: readonly Step[] }) {
  const current = steps.findIndex((step) => step.state === "current");
  return (
    <nav aria-label={label} className="border-b">
      <p className="px-4 py-2.5 md:hidden">
        <span className="text-ink-3">
          Step {current + 1} of {steps.length}
        </span>{" "}
        <b>{steps[current]?.label}</b>
      </p>
      <ol className="hidden flex-wrap md:flex">
        {steps.map((step, index) => {
          const body = (
            <>
              <span
                aria-hidden="true"
                className={cn(
                  "grid size-[18px] flex-none place-items-center rounded-full border border-line-strong text-xs leading-none font-normal",
                  step.state === "current" && "border-accent font-semibold text-accent",
                )}
              >
                {step.state === "done" ? <Check className="size-3" strokeWidth={2.4} /> : index + 1}
              </span>
              {step.label}
              {step.state === "done" ? <span className="sr-only">(done)</span> : null}
            </>
          );
          return (
            <li
              key={step.label}
              aria-current={step.state === "current" ? "step" : undefined}
              className={cn(
                "px-4 py-2.5",
                step.state === "current" && "font-medium text-ink shadow-[inset_0_-2px_var(--accent)]",
                step.state === "done" && "text-ink-2",
                step.state === "ahead" && "text-ink-3",
              )}
            >
              {step.href !== undefined && step.state === "done" ? (
                <AppLink
                  href={step.href}
                  prefetch={false}
                  className="flex items-center gap-2 rounded-xs hover:underline"
                >
                  {body}
                </AppLink>
              ) : (
                <span className="flex items-center gap-2">{body}</span>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
