export type Clock =
  | { kind: "real"; now(): number }
  /** Stands still until someone advances it. */
  | { kind: "virtual"; now(): number; set(ms: number): void };

/** The machine's own time. */
export function createRealClock(): Clock {
  return { kind: "real", now: () => Date.now() };
}

/** A clock that moves only when told. */
export function createVirtualClock(startMs: number): Clock {
  let nowMs = startMs;
  return {
    kind: "virtual",
    now: () => nowMs,
    set: (ms) => {
      if (ms < nowMs) throw new RangeError("A clock does not go back.");
      nowMs = ms;
    },
  };
}
