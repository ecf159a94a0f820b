/** The seal as the screen shows it. */
export type SealingView = {
  now: string;
  head: {
    size: number;
    rootHex: string;
    words: readonly string[];
    sealedAt: string;
    note: string;
    key: { id: string; vkey: string; since: string } | null;
  } | null;
  pending: number;
  lagSeconds: number;
  standing: "fresh" | "late" | "blocking";
  anchors: readonly {
    kind: string;
    target: string;
    failures: number;
    lastError: string | null;
    anchoredAt: string | null;
    anchoredSize: number | null;
  }[];
};

/** A verification as the screen shows it. */
export type VerificationView = {
  /** Changes with every step of it. */
  stamp: string;
  state: "waiting" | "running" | "ok" | "broken" | "failed";
  at: string;
  report: {
    size: number;
    rootHex: string;
    signed: number;
    checkpoints: number;
    key: { id: string } | null;
    checks: readonly { name: string; ok: boolean; says: string }[];
    findings: readonly { check: string; message: string; from: number | null; to: number | null }[];
    notes: readonly string[];
  } | null;
};
