import type { PageMark } from "@/lib/systems/marks";

/** Where somebody was in a list when they left it. Only this tab's memory holds it, so that it ends with the page. */
export type Left = {
  marks: Readonly<Record<string, readonly PageMark[]>>;
  closed: ReadonlySet<string>;
  scrollTop: number;
};

const mostKept = 5;
const left = new Map<string, Left>();
let cameBackAtMs = Number.NEGATIVE_INFINITY;
const cameBack = () => {
  cameBackAtMs = performance.now();
};
if (typeof window !== "undefined") {
  window.addEventListener("popstate", cameBack, { capture: true });
  // Said before the router draws the page, where a browser says it.
  window.navigation?.addEventListener("navigate", ({ navigationType }) => {
    if (navigationType === "traverse") cameBack();
  });
}

/** Remembers the place in the list that this address shows. */
export function rememberPlace(address: string, place: Left): void {
  left.delete(address);
  left.set(address, place);
  for (const oldest of [...left.keys()].slice(0, -mostKept)) left.delete(oldest);
}

const stillComingBackMs = 5_000;

/** The place to go back to, where somebody has just come back; null for whoever followed a link. */
export const recallPlace = (address: string): Left | null =>
  typeof window !== "undefined" && performance.now() - cameBackAtMs < stillComingBackMs
    ? (left.get(address) ?? null)
    : null;
