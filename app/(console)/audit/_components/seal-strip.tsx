import { StatusBadge } from "@/components/status/status-badge";
import { FingerprintWords } from "@/components/ui/fingerprint-words";
import { RelativeMoment } from "@/components/ui/moment";
import { TextLink } from "@/components/ui/text-link";
import { plural } from "@/lib/core/words";
import { anchorLook, verificationLook } from "./look";
import type { SealingView, VerificationView } from "./views";

/** How the log stands, in one line: its head, its anchors, its last verification. */
export function SealStrip({ sealing, verification }: { sealing: SealingView; verification: VerificationView | null }) {
  const { head, pending, now } = sealing;
  const anchors = anchorLook(sealing);
  const verified = verificationLook(verification);
  return (
    <section
      aria-label="Seal"
      className="flex flex-wrap items-baseline gap-x-6 gap-y-2 rounded-lg border bg-surface px-4 py-3"
    >
      <span className="text-ink-2">
        {head === null ? "Nothing is sealed yet" : `${plural(head.size, "event")} sealed`}
        {pending > 0 ? `, ${plural(pending, "newer one waits", "newer ones wait")}` : ""}
      </span>
      {head === null ? null : <FingerprintWords words={head.words} />}
      <StatusBadge kind={anchors.kind}>{anchors.text}</StatusBadge>
      <StatusBadge kind={verified.kind}>
        {verified.text}
        {verification?.state === "ok" ? (
          <>
            {" "}
            <RelativeMoment at={verification.at} now={now} />
          </>
        ) : null}
      </StatusBadge>
      <span className="ml-auto">
        <TextLink href="/audit/seal">Seal and verification</TextLink>
      </span>
    </section>
  );
}
