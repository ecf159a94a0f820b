import { expect, it } from "vitest";
import { sideBySide } from "./side-by-side";

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

it("does all of it, never more at once than it may", async () => {
  let [running, most] = [0, 0];
  const done: number[] = [];
  await sideBySide([1, 2, 3, 4, 5], 2, async (item) => {
    running += 1;
    most = Math.max(most, running);
    await turn();
    running -= 1;
    done.push(item);
  });
  expect(most).toBe(2);
  expect(done.sort()).toEqual([1, 2, 3, 4, 5]);
});

it("begins nothing after a failure, waits for what has begun, and throws the first", async () => {
  const ended: number[] = [];
  const work = sideBySide([1, 2, 3, 4], 2, async (item) => {
    if (item === 1) throw new Error("first");
    await turn();
    ended.push(item);
    if (item === 2) throw new Error("second");
  });
  await expect(work).rejects.toThrow("first");
  expect(ended).toEqual([2]);
});

it("has nothing to do of nothing", () => expect(sideBySide([], 3, turn)).resolves.toBeUndefined());
