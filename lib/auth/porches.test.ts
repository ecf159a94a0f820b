import fs from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

/** The ways in: each finds out who asks before anything else happens. */
const porches = [
  "submit",
  "submitFor",
  "submitStep",
  "submitThen",
  "submitWork",
  "askProof",
  "answerProof",
  "submitBeforeSecondFactor",
  "submitAsAnybody",
  "leave",
];

const files = fs
  .globSync("{app,components,lib}/**/*.{ts,tsx}")
  .filter((file) => !file.endsWith(".test.ts"))
  .map((file) => ({ file, text: fs.readFileSync(path.resolve(file), "utf8") }))
  .filter(({ text }) => /["']use server["']/.test(text));

/** Every exported function with its body, up to the next line that closes it at the margin. */
function exportsOf(text: string): { name: string; body: string }[] {
  return [...text.matchAll(/^export (?:async function|function|const) (\w+)[\s\S]*?^\}?;?\)?;?$/gm)].map(
    ([body, name = ""]) => ({ name, body }),
  );
}

const goesThroughPorch = (body: string) => porches.some((porch) => new RegExp(`\\b${porch}(?:<[^(]*>)?\\(`).test(body));

it("finds the server actions", () => {
  expect(files.length).toBeGreaterThanOrEqual(6);
});

it("has `use server` at the head of files only, never inside a function that would close over data", () => {
  for (const { file, text } of files) expect(text.startsWith('"use server";'), file).toBe(true);
});

it("lets no server action past the porches", () => {
  const loose = files.flatMap(({ file, text }) =>
    exportsOf(text)
      .filter(({ body }) => !goesThroughPorch(body))
      .map(({ name }) => `${file}: ${name}`),
  );
  expect(loose).toEqual([]);
});

it("reads every export of an action file", () => {
  for (const { file, text } of files) {
    const counted = text.match(/^export (?!type )/gm)?.length ?? 0;
    expect(exportsOf(text).length, file).toBe(counted);
  }
});

it("would notice an action that skips them", () => {
  const loose = `"use server";\nexport async function leak(id: string) {\n  return db.user.findMany();\n}\n`;
  const kept = `export async function fine(_: ActionState, form: FormData) {\n  return submit(work, form);\n}\n`;
  expect(exportsOf(loose).map(({ body }) => goesThroughPorch(body))).toEqual([false]);
  expect(exportsOf(kept).map(({ body }) => goesThroughPorch(body))).toEqual([true]);
});
