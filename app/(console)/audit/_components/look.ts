import type { StatusKind } from "@/components/status/kind";
import { plural } from "@/lib/core/words";
import type { SealingView, VerificationView } from "./views";

type Look = { kind: StatusKind; text: string };

/** How the places outside fare, all together. */
export function anchorLook({ anchors }: SealingView): Look {
  if (anchors.length === 0) return { kind: "none", text: "not anchored outside" };
  const failing = anchors.filter(({ failures }) => failures > 0).length;
  if (failing > 0) return { kind: "bad", text: `${failing} of ${plural(anchors.length, "anchor")} failing` };
  const waiting = anchors.some(({ anchoredAt }) => anchoredAt === null);
  return waiting
    ? { kind: "run", text: "being anchored for the first time" }
    : { kind: "ok", text: `anchored at ${plural(anchors.length, "place")}` };
}

const looks: Record<VerificationView["state"], Look> = {
  waiting: { kind: "run", text: "waiting for the worker" },
  running: { kind: "run", text: "being verified" },
  ok: { kind: "ok", text: "verified" },
  broken: { kind: "bad", text: "verification found faults" },
  failed: { kind: "unknown", text: "verification did not come to an end" },
};

/** What the last verification came to. */
export const verificationLook = (verification: VerificationView | null): Look =>
  verification === null ? { kind: "unknown", text: "not verified yet" } : looks[verification.state];
