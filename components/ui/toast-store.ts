"use client";
import type { StatusKind } from "@/components/status/kind";

export type Toast = {
  id: number;
  kind: StatusKind;
  title: string;
  text: string | undefined;
};

let toasts: readonly Toast[] = [];
let lastId = 0;
const listeners = new Set<() => void>();
const mostShown = 4;

function replace(next: readonly Toast[]) {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Says something in passing; what must not be missed belongs into the page. */
export function toast(title: string, options: { kind?: StatusKind; text?: string } = {}): void {
  lastId += 1;
  replace([...toasts, { id: lastId, kind: options.kind ?? "ok", title, text: options.text }].slice(-mostShown));
}

export const toastStore = {
  subscribe: (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  current: () => toasts,
  drop: (id: number) => replace(toasts.filter((toast) => toast.id !== id)),
};
