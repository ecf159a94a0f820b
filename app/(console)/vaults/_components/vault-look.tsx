import type { StatusKind } from "@/components/status/kind";
import { StatusBadge } from "@/components/status/status-badge";
import { Moment } from "@/components/ui/moment";
import { bytesText } from "@/lib/core/words";
import { type LockState, lockWords } from "@/lib/vaults/rules";
import type { VaultRow } from "@/lib/vaults/view";

/** A lock that holds is a diamond; one that people can still lift is a warning, and none is an absence. */
const lockKinds: Record<LockState, StatusKind> = {
  none: "none",
  governance: "warn",
  cooling_off: "warn",
  compliance: "lock",
};

/** How a vault is locked, in shape and words, with the day that matters. */
export function LockBadge({ vault }: { vault: Pick<VaultRow, "lock" | "lockFinalAt"> }) {
  return (
    <span className="grid">
      <StatusBadge kind={lockKinds[vault.lock]}>{lockWords[vault.lock]}</StatusBadge>
      {vault.lock === "cooling_off" && vault.lockFinalAt ? (
        <span className="text-sm text-ink-3">
          until <Moment at={vault.lockFinalAt} local={false} />
        </span>
      ) : null}
    </span>
  );
}

/** What the points of a vault hold together, as far as their sizes are known. */
export function sizeText({ points, sizeBytes, sizeCut }: Pick<VaultRow, "points" | "sizeBytes" | "sizeCut">): string {
  if (points === 0) return "empty";
  return sizeBytes === null ? "size not told" : `${sizeCut ? "more than " : ""}${bytesText(sizeBytes)}`;
}

/** The last part of a key's name, which tells keys apart; the whole stands on the vault's own page. */
export const keyText = (keyRef: string | null): string => {
  if (keyRef === null) return "the provider's";
  const last = keyRef.split(/[/:]/).at(-1);
  return last || keyRef;
};
