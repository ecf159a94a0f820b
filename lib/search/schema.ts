import { z } from "zod";
import { isStorable } from "@/lib/core/words";

/** What was typed into the palette. */
export const searchQuery = z.object({ q: z.string().trim().max(120).refine(isStorable).catch("") });

/** One thing found by name: where it is, and what it is. */
export type FoundItem = { id: string; label: string; href: string; detail: string; group: string };
