import { hash } from "node:crypto";

/** Chance that can be repeated: the same seed and words always draw the same. */
export type Draw = {
  hex(length: number, ...words: (string | number)[]): string;
  /** A number in [0, 1). */
  fraction(...words: (string | number)[]): number;
  /** In the upper-case form of AWS Backup's job ids. */
  jobId(...words: (string | number)[]): string;
  uuid(...words: (string | number)[]): string;
};

/** The draws of an estate. */
export function drawFrom(seed: string): Draw {
  const hex = (length: number, ...words: (string | number)[]) =>
    hash("sha256", `${seed}\n${words.join("\n")}`).slice(0, length);
  const uuid = (...words: (string | number)[]) => {
    const digits = hex(32, ...words);
    const variant = "89ab".charAt(Number.parseInt(digits.charAt(16), 16) % 4);
    return [
      digits.slice(0, 8),
      digits.slice(8, 12),
      `4${digits.slice(13, 16)}`,
      `${variant}${digits.slice(17, 20)}`,
      digits.slice(20, 32),
    ].join("-");
  };
  return {
    hex,
    uuid,
    fraction: (...words) => Number.parseInt(hex(8, ...words), 16) / 2 ** 32,
    jobId: (...words) => uuid(...words).toUpperCase(),
  };
}
