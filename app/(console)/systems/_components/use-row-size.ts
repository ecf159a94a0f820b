"use client";
import { useSyncExternalStore } from "react";

export type RowSize = {
  rowPx: number;
  headPx: number;
  /** On a phone a row is a card as high as what it says: it is measured rather than known. */
  measured: boolean;
};

const phone = "(max-width: 47.99rem)";
const asCards: RowSize = { rowPx: 270, headPx: 96, measured: true };
const normal: RowSize = { rowPx: 56, headPx: 40, measured: false };
const compact: RowSize = { ...normal, rowPx: 48 };

function subscribe(listener: () => void): () => void {
  const media = window.matchMedia(phone);
  const density = new MutationObserver(listener);
  media.addEventListener("change", listener);
  density.observe(document.documentElement, { attributeFilter: ["data-density"] });
  return () => {
    media.removeEventListener("change", listener);
    density.disconnect();
  };
}

function read(): RowSize {
  if (window.matchMedia(phone).matches) return asCards;
  return document.documentElement.dataset.density === "compact" ? compact : normal;
}

/** How high a row of the matrix is: `--row-h` in pixels, or about so much for a card. */
export const useRowSize = (): RowSize => useSyncExternalStore(subscribe, read, () => normal);
