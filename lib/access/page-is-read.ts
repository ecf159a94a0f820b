import "server-only";
import { cache } from "react";

/** Kept once for each answer: done as soon as its page has read what it shows. */
export const pageIsRead = cache(() => Promise.withResolvers<void>());
