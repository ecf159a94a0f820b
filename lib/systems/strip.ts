import type { StripRun } from "./view";

/** Runs as they travel to a long list: thirty of them in the room that seven would take spelled out. */
export type Strip = {
  /** A letter for the state of each run, oldest first. */
  states: string;
  /** When the first was, in milliseconds since 1970, and for each later one how many milliseconds after the one before. */
  steps: readonly number[];
  /** What is said of runs, each text once. */
  notes: readonly string[];
  /** Which of these texts belongs to each run, counted from one; nought where nothing is said. */
  noted: readonly number[];
};

const letters: Record<StripRun["state"], string> = {
  ok: "o",
  partial: "p",
  failed: "f",
  missed: "m",
  none: "n",
  running: "r",
  paused: "e",
};
const statesByLetter = new Map(Object.entries(letters).map(([state, letter]) => [letter, state as StripRun["state"]]));

/** Packs runs, oldest first. */
export function packStrip(runs: readonly StripRun[]): Strip {
  const places = new Map<string, number>();
  const moments = runs.map(({ at }) => Date.parse(at));
  const placeOf = (note: string) => {
    const place = places.get(note) ?? places.size + 1;
    places.set(note, place);
    return place;
  };
  return {
    states: runs.map(({ state }) => letters[state]).join(""),
    steps: moments.map((atMs, index) => atMs - (moments[index - 1] ?? 0)),
    noted: runs.map(({ note }) => (note === undefined ? 0 : placeOf(note))),
    notes: [...places.keys()],
  };
}

/** What became of each run: all that drawing them takes. */
export const stripStates = ({ states }: Strip): StripRun["state"][] =>
  Array.from(states, (letter) => statesByLetter.get(letter) ?? "none");

/** The runs as they were packed. */
export function stripRuns(strip: Strip): StripRun[] {
  let atMs = 0;
  return stripStates(strip).map((state, index) => {
    atMs += strip.steps[index] ?? 0;
    const note = strip.notes[(strip.noted[index] ?? 0) - 1];
    return { at: new Date(atMs).toISOString(), state, ...(note === undefined ? {} : { note }) };
  });
}
