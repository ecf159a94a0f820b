"use client";
import { X } from "lucide-react";
import { Toast as Primitive } from "radix-ui";
import { useSyncExternalStore } from "react";
import { StatusGlyph } from "@/components/status/glyph";
import { buttonClass } from "./button-style";
import { type Toast, toastStore } from "./toast-store";

const none: readonly Toast[] = [];
const shownMs = 6_000;

// Radix and not sonner: sonner writes a style element without a nonce, which our policy refuses.

/** Where toasts appear; F8 goes to them. */
export function Toaster() {
  const toasts = useSyncExternalStore(toastStore.subscribe, toastStore.current, () => none);
  return (
    <Primitive.Provider duration={shownMs} swipeDirection="right" label="Notice">
      {toasts.map((toast) => (
        <Primitive.Root
          key={toast.id}
          onOpenChange={(open) => (open ? undefined : toastStore.drop(toast.id))}
          type={toast.kind === "bad" ? "foreground" : "background"}
          className="flex animate-float-in items-start gap-2.5 rounded-md border bg-raised py-2.5 pr-1.5 pl-3.5 shadow-float"
        >
          <StatusGlyph kind={toast.kind} className="mt-[3px]" />
          <div className="min-w-0 flex-1 py-px wrap-anywhere">
            <Primitive.Title className="font-medium">{toast.title}</Primitive.Title>
            {toast.text === undefined ? null : (
              <Primitive.Description className="text-ink-2">{toast.text}</Primitive.Description>
            )}
          </div>
          <Primitive.Close aria-label="Dismiss" className={buttonClass("quiet", "icon", "-my-1")}>
            <X aria-hidden="true" className="size-3.5" />
          </Primitive.Close>
        </Primitive.Root>
      ))}
      <Primitive.Viewport className="fixed right-4 bottom-4 z-60 grid w-90 max-w-[calc(100vw-2rem)] gap-2 outline-none" />
    </Primitive.Provider>
  );
}
