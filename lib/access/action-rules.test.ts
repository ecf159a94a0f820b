import { describe, expect, it } from "vitest";
import { isTestFile, listSources, readSource } from "@/lib/platform/testing/sources";

const files = listSources("app", "components", "lib").filter((file) => !isTestFile(file));

/** Data bound to an action, or an action made where it closes over data, travels through the browser and comes back as it likes. */
const binds = /\b\w*[aA]ction\w*\.bind\(/;
const closes = /["']use server["']/;

describe("server actions", () => {
  it("have no data bound to them", () => {
    expect(files.filter((file) => binds.test(readSource(file)))).toEqual([]);
  });

  it("are made at the top of files of their own, never inside a component", () => {
    const inside = files.filter((file) => {
      const text = readSource(file);
      return (
        closes.test(text) && (!text.startsWith('"use server";') || (text.match(/["']use server["']/g)?.length ?? 0) > 1)
      );
    });
    expect(inside).toEqual([]);
  });

  it("take a form or one thing of unknown kind, so that nothing is believed by its type", () => {
    const odd = files
      .filter((file) => readSource(file).startsWith('"use server";'))
      .flatMap((file) =>
        [...readSource(file).matchAll(/^export async function (\w+)\(([^)]*)\)/gm)].map(([, name, taken]) => ({
          name: `${file}#${name}`,
          taken: (taken ?? "").replaceAll(/\s+/g, " ").trim(),
        })),
      )
      .filter(
        ({ taken }) => !["", "input: unknown", "form: FormData", "_: ActionState, form: FormData"].includes(taken),
      )
      .map(({ name, taken }) => `${name}(${taken})`);
    expect(odd).toEqual([]);
  });

  it.each(["<form action={saveAction.bind(null, id)}>", "const act = removeAction.bind(null, { id });"])(
    "would be caught in %s",
    (line) => expect(binds.test(line)).toBe(true),
  );
});
