import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inclusionPath, isIncluded } from "./merkle";
import { append, emptyRange, leafHash, rootOf } from "./verify.mjs";

/** RFC 6962, 2.1, word for word and without any cleverness. */
function naiveRoot(texts: readonly string[]): Buffer {
  const hash = (...parts: (string | Uint8Array)[]) => {
    const sum = createHash("sha256");
    for (const part of parts) sum.update(part);
    return sum.digest();
  };
  if (texts.length === 0) return hash("");
  if (texts.length === 1) return hash(Buffer.of(0), texts[0] ?? "");
  let split = 1;
  while (split * 2 < texts.length) split *= 2;
  return hash(Buffer.of(1), naiveRoot(texts.slice(0, split)), naiveRoot(texts.slice(split)));
}

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const texts = fc.array(fc.string(), { maxLength: 70 });

describe("the tree", () => {
  it("has the published root of no leaves", () => {
    expect(hexOf(rootOf(emptyRange))).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  });

  it("has the published roots of the Certificate Transparency test leaves", () => {
    const leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    const hashes = leaves.map((hex) =>
      createHash("sha256")
        .update(Buffer.concat([Buffer.of(0), Buffer.from(hex, "hex")]))
        .digest(),
    );
    expect(hexOf(rootOf(append(emptyRange, hashes.slice(0, 1))))).toBe(
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    );
    expect(hexOf(rootOf(append(emptyRange, hashes)))).toBe(
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    );
  });

  it("has the root of the plain definition, whatever is appended", () => {
    fc.assert(
      fc.property(texts, (all) => {
        expect(hexOf(rootOf(append(emptyRange, all.map(leafHash))))).toBe(hexOf(naiveRoot(all)));
      }),
    );
  });

  it("comes out the same however the leaves are batched", () => {
    fc.assert(
      fc.property(texts, fc.nat(70), (all, cut) => {
        const hashes = all.map(leafHash);
        const twice = append(append(emptyRange, hashes.slice(0, cut)), hashes.slice(cut));
        expect(twice).toEqual(append(emptyRange, hashes));
      }),
    );
  });

  it("keeps one frontier hash for each bit of its size", () => {
    fc.assert(
      fc.property(texts, (all) => {
        const ones = all.length.toString(2).replaceAll("0", "").length;
        expect(append(emptyRange, all.map(leafHash)).frontier).toHaveLength(ones);
      }),
    );
  });

  it("refuses a frontier that does not fit its size", () => {
    expect(() => append({ size: 3, frontier: [leafHash("a")] }, [leafHash("b")])).toThrow(RangeError);
  });
});

describe("inclusion", () => {
  const tree = fc
    .array(fc.string(), { minLength: 1, maxLength: 70 })
    .chain((all) => fc.record({ all: fc.constant(all), index: fc.nat(all.length - 1) }));

  it("is shown for every leaf", () => {
    fc.assert(
      fc.property(tree, ({ all, index }) => {
        const hashes = all.map(leafHash);
        const path = inclusionPath(hashes, index);
        const root = rootOf(append(emptyRange, hashes));
        expect(isIncluded(leafHash(all[index] ?? ""), index, all.length, path, root)).toBe(true);
      }),
    );
  });

  it("is not shown for another text, another root, or a shortened path", () => {
    fc.assert(
      fc.property(tree, ({ all, index }) => {
        const hashes = all.map(leafHash);
        const path = inclusionPath(hashes, index);
        const root = rootOf(append(emptyRange, hashes));
        const leaf = leafHash(all[index] ?? "");
        expect(isIncluded(leafHash(`${all[index]}!`), index, all.length, path, root)).toBe(false);
        expect(isIncluded(leaf, index, all.length, path, leafHash("another"))).toBe(false);
        expect(isIncluded(leaf, all.length, all.length, path, root)).toBe(false);
        if (path.length > 0) expect(isIncluded(leaf, index, all.length, path.slice(1), root)).toBe(false);
      }),
    );
  });
});
