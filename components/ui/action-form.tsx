"use client";
import {
  type ComponentProps,
  type FormEvent,
  type ReactNode,
  startTransition,
  useActionState,
  useEffect,
  useEffectEvent,
  useId,
  useRef,
} from "react";
import type { ActionState, FormAction } from "./action-state";
import { Banner } from "./banner";
import { Button } from "./button";
import { FormContext, useFormStanding } from "./form-context";
import { refuseTooLarge } from "./form-size";

type Props = Omit<ComponentProps<"form">, "action" | "onSubmit" | "children"> & {
  action: FormAction;
  children: ReactNode;
  /** Called once after each success. */
  onDone?: () => void;
  /** Said in place of the refusal's own message, by its code; return undefined to keep the message. */
  refusal?: (state: { code: string; message: string }) => ReactNode;
  /** Empties the fields after a success; off by default. */
  resetOnDone?: boolean;
};

const noErrors = {};

/** A form around a server action: it shows a refusal, keeps what was typed, and goes to the first bad field. */
export function ActionForm({ action, children, onDone, refusal, resetOnDone = false, ...rest }: Props) {
  const [state, dispatch, pending] = useActionState<ActionState, FormData>(
    async (before, data) => refuseTooLarge(data) ?? action(before, data),
    null,
  );
  const form = useRef<HTMLFormElement>(null);
  const announceDone = useEffectEvent(() => onDone?.());
  const alertId = useId();
  const refused = state !== null && !state.ok ? state : null;
  const fieldErrors = refused?.fields ?? noErrors;

  useEffect(() => {
    if (state === null) return;
    if (state.ok) {
      if (resetOnDone) form.current?.reset();
      announceDone();
      return;
    }
    const bad = form.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
    const first = bad?.matches("input, select, textarea, button")
      ? bad
      : bad?.querySelector<HTMLElement>("input, select, textarea");
    (first ?? form.current?.querySelector<HTMLElement>("[data-refusal]"))?.focus();
  }, [state, resetOnDone]);

  // React empties a form after its action, so the action is called by hand; without scripts the form still posts it.
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (pending) return;
    const submitter = event.nativeEvent instanceof SubmitEvent ? event.nativeEvent.submitter : null;
    const data = new FormData(event.currentTarget, submitter);
    startTransition(() => dispatch(data));
  };

  return (
    <FormContext value={{ pending, fieldErrors }}>
      <form
        ref={form}
        action={dispatch}
        onSubmit={submit}
        aria-describedby={refused === null ? undefined : alertId}
        aria-busy={pending || undefined}
        className="grid grid-cols-[minmax(0,1fr)] gap-4"
        {...rest}
      >
        {refused === null ? null : (
          <Banner kind="bad" id={alertId} role="alert" tabIndex={-1} data-refusal>
            {refusal?.(refused) ?? refused.message}
          </Banner>
        )}
        {children}
      </form>
    </FormContext>
  );
}

/** The button that sends the form around it; it shows that the action is under way. */
export function SubmitButton({
  variant = "primary",
  children,
  ...rest
}: Omit<ComponentProps<typeof Button>, "pending">) {
  const { pending } = useFormStanding();
  return (
    <Button type="submit" variant={variant} pending={pending} {...rest}>
      {children}
    </Button>
  );
}

/** The buttons of a form, the one that goes on at the end; on a phone they wrap. */
export function FormButtons({ children }: { children: ReactNode }) {
  return <div className="flex flex-wrap items-center justify-end gap-2">{children}</div>;
}
