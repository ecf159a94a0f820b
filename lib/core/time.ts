/** Milliseconds in n seconds. */
export const seconds = (n: number) => n * 1_000;
/** Milliseconds in n minutes. */
export const minutes = (n: number) => n * 60_000;
/** Milliseconds in n hours. */
export const hours = (n: number) => n * 3_600_000;
/** Milliseconds in n days of 24 hours. */
export const days = (n: number) => n * 86_400_000;
/** The moment that lies so many milliseconds before another. */
export const before = (at: Date, ms: number) => new Date(at.getTime() - ms);
/** The moment that lies so many milliseconds after another. */
export const after = (at: Date, ms: number) => new Date(at.getTime() + ms);
/** Whole seconds from one moment to a later one; negative when it is earlier. */
export const secondsBetween = (from: Date, to: Date) => Math.floor((to.getTime() - from.getTime()) / 1_000);
