"use client";
import { X } from "lucide-react";
import { Dialog as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { buttonClass } from "./button-style";
import { cn } from "./cn";

type Props = {
  /** What opens it; leave out where `open` is held by the caller. */
  trigger?: ReactNode;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  children?: ReactNode;
  /** Buttons; a cancelling one can be a `DialogClose`. */
  footer?: ReactNode;
  wide?: boolean;
};

/** A window over the page that holds the focus; dangerous work gets a page of its own instead. */
export function Dialog({ trigger, open, onOpenChange, title, description, children, footer, wide = false }: Props) {
  const held = {
    ...(open === undefined ? {} : { open }),
    ...(onOpenChange === undefined ? {} : { onOpenChange }),
  };
  return (
    <Primitive.Root {...held}>
      {trigger === undefined ? null : <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>}
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-40 bg-[oklch(15%_0.02_258/0.5)]" />
        <Primitive.Content
          {...(description === undefined ? { "aria-describedby": undefined } : {})}
          className={cn(
            "fixed top-[12vh] left-1/2 z-50 grid max-h-[80vh] w-[calc(100vw-1.75rem)] -translate-x-1/2 animate-float-in grid-rows-[auto_minmax(0,1fr)_auto] rounded-lg border bg-raised shadow-float",
            wide ? "max-w-3xl" : "max-w-lg",
          )}
        >
          <header className="flex items-start gap-3 px-5 pt-4 pb-2">
            <div className="min-w-0 flex-1 wrap-anywhere">
              <Primitive.Title className="text-lg font-semibold">{title}</Primitive.Title>
              {description === undefined ? null : (
                <Primitive.Description className="mt-1 text-ink-2">{description}</Primitive.Description>
              )}
            </div>
            <Primitive.Close aria-label="Close" className={buttonClass("quiet", "icon", "-mt-1 -mr-2")}>
              <X aria-hidden="true" className="size-4" />
            </Primitive.Close>
          </header>
          <div className="overflow-y-auto px-5 pt-1 pb-5">{children}</div>
          {footer === undefined ? null : (
            <footer className="flex flex-wrap justify-end gap-2 border-t px-5 py-3">{footer}</footer>
          )}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

/** A button inside a dialog that closes it without doing anything. */
export function DialogClose({ children }: { children: ReactNode }) {
  return <Primitive.Close className={buttonClass("quiet")}>{children}</Primitive.Close>;
}
