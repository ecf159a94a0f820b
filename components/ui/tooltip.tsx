"use client";
import { Tooltip as Primitive } from "radix-ui";
import type { ReactNode } from "react";

/** A word of explanation on pointing or focus; what it wraps must be able to take the focus. */
export function Tooltip({ text, children }: { text: ReactNode; children: ReactNode }) {
  return (
    <Primitive.Provider delayDuration={300}>
      <Primitive.Root>
        <Primitive.Trigger asChild>{children}</Primitive.Trigger>
        <Primitive.Portal>
          <Primitive.Content
            sideOffset={6}
            collisionPadding={8}
            className="z-50 max-w-72 animate-float-in rounded-md border bg-raised px-2.5 py-1.5 text-sm text-ink-2 shadow-float wrap-anywhere"
          >
            {text}
          </Primitive.Content>
        </Primitive.Portal>
      </Primitive.Root>
    </Primitive.Provider>
  );
}
