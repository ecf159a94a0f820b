export const vaultKinds = ["standard", "air_gapped", "restore_access"] as const;
export type VaultKind = (typeof vaultKinds)[number];

/** What each kind of vault is called, and what it is for. */
export const vaultKindWords: Record<VaultKind, string> = {
  standard: "standard",
  air_gapped: "air-gapped",
  restore_access: "restore access",
};

export const lockStates = ["none", "governance", "cooling_off", "compliance"] as const;
export type LockState = (typeof lockStates)[number];

export type Lock = { mode: "none" | "governance" | "compliance"; finalAt: Date | null };

/** How a vault is locked at a moment; a lock whose day has come is final even before the provider says so. */
export function lockState({ mode, finalAt }: Lock, now: Date): LockState {
  if (mode === "none") return "none";
  if (finalAt !== null) return finalAt > now ? "cooling_off" : "compliance";
  return mode;
}

/** What a lock goes by in a list. */
export const lockWords: Record<LockState, string> = {
  none: "no lock",
  governance: "governance lock",
  cooling_off: "cooling off",
  compliance: "compliance lock",
};

/** What a lock means for whoever relies on it. */
export const lockMeanings: Record<LockState, string> = {
  none: "Whoever may delete recovery points in this account can empty this vault. It does not count as a locked copy.",
  governance:
    "People with a special permission can still lift this lock and delete what it keeps. It does not count as a locked copy of 3-2-1-1-0.",
  cooling_off:
    "The lock can still be taken back until its day; from then on nobody can, neither here nor at the provider. Until then it does not count as a locked copy.",
  compliance:
    "Nobody can lift this lock or shorten what it keeps, not even the provider's root user. Points in it count as locked copies until they expire.",
};

export const daysText = (days: number | null, none: string): string =>
  days === null ? none : days === 1 ? "1 day" : `${days.toLocaleString("en")} days`;
