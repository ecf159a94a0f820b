import { expect, it } from "vitest";
import { Leadership } from "./leader";

it("leads when all its timers ask at once, one worker at a time", async () => {
  const first = new Leadership();
  expect(await Promise.all([first.hold(), first.hold(), first.hold()])).toEqual([true, true, true]);
  const second = new Leadership();
  expect(await Promise.all([second.hold(), second.hold()])).toEqual([false, false]);
  await first.release();
  await expect.poll(() => second.hold()).toBe(true);
  await second.release();
});
