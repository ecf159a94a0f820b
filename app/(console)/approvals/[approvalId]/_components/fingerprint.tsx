import { FingerprintWords } from "@/components/ui/fingerprint-words";
import type { ApprovalPage } from "@/lib/approvals/view";

/** The words of this wording: the same for whoever asks and whoever agrees, to be read out over another channel. */
export function Fingerprint({ request }: { request: ApprovalPage }) {
  return (
    <div className="grid gap-1 rounded-md border bg-sunken px-3.5 py-2.5">
      <FingerprintWords words={request.words} className="text-lg wrap-anywhere" />
      <p className="text-ink-3">
        {request.mine
          ? "Read these words to whoever you ask, by telephone or in person: the same wording shows them the same words."
          : `Have ${request.requester} read you these words by telephone or in person: other words are another wording.`}
      </p>
    </div>
  );
}
