"use client";
import { useEffect, useState } from "react";

// One timer serves every age on the page: a table of a thousand rows must not start a thousand.
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
const tickMs = 1_000;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const each of listeners) each();
  }, tickMs);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/**
 * Milliseconds since the component first stood on this page, or since it was last told a new moment of the server's, in
 * steps; zero on the server and at first.
 * Ages are the server's word plus this, so that a wrong clock in the browser cannot make one look fresh.
 */
export function useElapsed(stepMs = 1_000, since?: string): number {
  const [elapsedMs, setElapsedMs] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new moment of the server's starts the count anew
  useEffect(() => {
    setElapsedMs(0);
    const startedMs = performance.now();
    return subscribe(() => setElapsedMs(Math.floor((performance.now() - startedMs) / stepMs) * stepMs));
  }, [stepMs, since]);
  return elapsedMs;
}

/** Whether the browser has taken over, so that what only it knows may be shown. */
export function useMounted(): boolean {
  const [mounted, setMounted] = useState(false);
  useEffect(() => setMounted(true), []);
  return mounted;
}
