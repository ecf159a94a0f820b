/** What can be wrong with how a resource is covered, gravest first. */
export const coverageGaps = ["no_plan", "no_point", "vanished", "twice", "unassigned"] as const;
export type CoverageGap = (typeof coverageGaps)[number];

/** How a gap is called on screen. */
export const gapWords: Record<CoverageGap, string> = {
  no_plan: "in no plan",
  no_point: "no usable point",
  vanished: "vanished, still assigned",
  twice: "seen twice",
  unassigned: "in no system",
};

/** What a gap means, and what to do about it. */
export const gapMeanings: Record<CoverageGap, { why: string; next: string }> = {
  no_plan: {
    why: "No backup plan selects it: nothing promises that it will ever be backed up.",
    next: "Give it the tag that a plan selects by, or name it in a plan, at the provider.",
  },
  no_point: {
    why: "A plan selects it, but there is no recovery point that could be restored.",
    next: "Look at its runs: they failed, have not come yet, or what they made has expired.",
  },
  vanished: {
    why: "It was not there any more when its connection was last read, and its system still counts on it.",
    next: "Take it out of the system if it was deleted on purpose; restore it if it was not.",
  },
  twice: {
    why: "Two connections show the same thing, so its backups and costs are counted twice.",
    next: "Leave it to one connection: narrow the regions of the other, or pause it.",
  },
  unassigned: {
    why: "It belongs to no system, so no tier says how good its backups have to be.",
    next: "Choose it here and assign it, or let a tag rule do so.",
  },
};
