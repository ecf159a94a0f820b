"use client";
import { useInsertionEffect } from "react";

/** Hands this page's nonce to libraries that write a style element, as Radix does to hold the page still. */
export function StyleNonce() {
  useInsertionEffect(() => {
    // Read from the document: a later answer's nonce is not the one this page's policy knows.
    const nonce = document.querySelector<HTMLScriptElement>("script[nonce]")?.nonce;
    if (nonce) Object.assign(globalThis, { __webpack_nonce__: nonce });
  }, []);
  return null;
}
