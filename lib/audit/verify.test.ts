import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  bodyOf,
  fixedKey,
  type LogFiles,
  origin,
  scratch,
  sealedLogOf,
  writeBundle,
  writePem,
} from "@/lib/platform/testing/audit-log";
import { signerOf } from "./keys";
import {
  append,
  checkpointText,
  emptyRange,
  leafHash,
  readNote,
  readVerifierKey,
  rootOf,
  runVerify,
  verifyBundle,
} from "./verify.mjs";

const place = scratch();
afterAll(() => fs.rmSync(place, { recursive: true, force: true }));

const bodies = Array.from({ length: 12 }, (_, nth) => bodyOf({ action: "system.edit", detail: { nth } }, nth));
const pinned = writePem(place, fixedKey(1));
const later = writePem(place, fixedKey(2));
const good = () => sealedLogOf(bodies);

const verify = (log: LogFiles, more: Omit<Parameters<typeof verifyBundle>[0], "bundle"> = {}) =>
  verifyBundle({ bundle: writeBundle(place, log), ...more });

const brokenAt = async (log: LogFiles, more = {}) =>
  (await verify(log, more)).findings.map(({ check, from, to }) => [check, from, to]);

const file = (text: string) => {
  const name = path.join(place, `${Math.random()}`);
  fs.writeFileSync(name, text);
  return name;
};

describe("a log as it was written", () => {
  it("holds, up to its head and under its key", async () => {
    const report = await verify(good(), { pubkey: pinned });
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({
      verdict: "ok",
      origin,
      size: 12,
      checkpoints: 4,
      signed: 4,
      key: { pinned: "given" },
    });
    expect(report.rootHex).toBe(
      Buffer.from(
        rootOf(
          append(
            emptyRange,
            bodies.map((body) => leafHash(body)),
          ),
        ),
      ).toString("hex"),
    );
  });

  it("holds across a rotation, from the first key and from the second", async () => {
    const log = sealedLogOf(bodies, { handOverAt: 6 });
    expect(await verify(log, { pubkey: pinned })).toMatchObject({ verdict: "ok", signed: 4 });
    expect(await verify(log, { pubkey: later })).toMatchObject({ verdict: "ok", signed: 4 });
  });

  it("holds where its first heads are from before signing", async () => {
    const log = good();
    log.notes.splice(0, 2, ...log.notes.slice(0, 2).map((note) => readNote(note).text));
    expect(await verify(log)).toMatchObject({ verdict: "ok", checkpoints: 4, signed: 2 });
  });

  it("is said to be unpinned and unanchored where it is", async () => {
    const { notes } = await verify(good());
    expect(notes.join(" ")).toContain("No key was pinned");
    expect(notes.join(" ")).toContain("Not anchored outside");
  });
});

describe("what tampering looks like", () => {
  const line = (log: LogFiles, nth: number) => {
    const found = log.lines[nth];
    if (!found) throw new Error("There is no such line.");
    return found;
  };

  it("an altered text is found at its place", async () => {
    const log = good();
    line(log, 4).body = line(log, 4).body.replace("success", "failure");
    expect(await brokenAt(log)).toEqual([["leaves", 4, 4]]);
  });

  it("an altered text with its hash made to fit is found in its batch", async () => {
    const log = good();
    line(log, 4).body = line(log, 4).body.replace("success", "failure");
    line(log, 4).leaf = leafHash(line(log, 4).body);
    expect(await brokenAt(log)).toEqual([["tree", 3, 5]]);
  });

  it("a removed event leaves a gap", async () => {
    const log = good();
    log.lines.splice(4, 1);
    expect((await brokenAt(log))[0]).toEqual(["sequence", 4, 4]);
  });

  it("two events that changed places are found in their batch", async () => {
    const log = good();
    const [a, b] = [line(log, 3), line(log, 5)];
    [log.lines[3], log.lines[5]] = [
      { ...b, seq: 3 },
      { ...a, seq: 5 },
    ];
    expect(await brokenAt(log)).toEqual([["tree", 3, 5]]);
  });

  it("a tail that was dropped is missed by its checkpoint", async () => {
    const log = good();
    log.lines.splice(10);
    expect(await brokenAt(log)).toContainEqual(["sequence", 10, 11]);
  });

  it("a tail dropped with its checkpoints is missed by the head that was kept", async () => {
    const since = file(good().notes[3] ?? "");
    const log = good();
    log.lines.splice(9);
    log.notes.splice(3);
    expect(await brokenAt(log)).toEqual([]);
    expect(await brokenAt(log, { since })).toEqual([["earlier", 9, 11]]);
  });

  it("a log made anew without the key is not signed by it", async () => {
    const forged = sealedLogOf(
      bodies.map((body) => body.replace("success", "failure")),
      { key: fixedKey(9) },
    );
    forged.keys = good().keys;
    expect((await brokenAt(forged)).map(([check]) => check)).toEqual([
      "signatures",
      "signatures",
      "signatures",
      "signatures",
    ]);
  });

  it("swapped keys are not the one that is trusted", async () => {
    const forged = sealedLogOf(bodies, { key: fixedKey(9) });
    expect(await brokenAt(forged)).toEqual([]);
    expect(await brokenAt(forged, { pubkey: pinned })).toEqual([["keys", null, null]]);
  });

  it("a successor that nobody named is no successor", async () => {
    const log = sealedLogOf(bodies, { handOverAt: 6 });
    const stranger = sealedLogOf(bodies, { key: fixedKey(9), handOverAt: 6 });
    log.keys[1] = { vkey: log.keys[1]?.vkey ?? "", handover: stranger.keys[1]?.handover ?? "" };
    const found = await brokenAt(log);
    expect(found).toContainEqual(["keys", null, null]);
    expect(found.map(([check]) => check)).toContain("signatures");
  });

  it.each([
    ["the old key did not sign", 0],
    ["the new key did not sign", 1],
  ])("a handover that %s is none", async (_, nth) => {
    const log = sealedLogOf(bodies, { handOverAt: 6 });
    const [text = "", lines = ""] = (log.keys[1]?.handover ?? "").split("\n\n");
    const kept = lines.split("\n").filter((line, at) => line !== "" && at !== nth);
    log.keys[1] = { vkey: log.keys[1]?.vkey ?? "", handover: `${text}\n\n${kept.join("\n")}\n` };
    expect(await brokenAt(log, { pubkey: pinned })).toContainEqual(["keys", null, null]);
  });

  it("a retired key may sign no later head, not even of a shorter log", async () => {
    const rotated = sealedLogOf(bodies, { handOverAt: 6 });
    const forged = { ...sealedLogOf(bodies.slice(0, 6)), keys: rotated.keys };
    expect(await brokenAt(forged, { pubkey: later })).toEqual([["keys", null, null]]);
    const old = { ...sealedLogOf(bodies), keys: rotated.keys };
    expect((await brokenAt(old)).map(([check]) => check)).toEqual(["signatures", "signatures"]);
  });

  it("a checkpoint of another size is not what the key signed", async () => {
    const log = good();
    const signer = signerOf(origin, fixedKey(1));
    const text = checkpointText(origin, 12, leafHash("another"));
    log.notes[3] = `${text}\n${signer.sign(text).replace(/.{8}\n$/, "AAAAAAA=\n")}`;
    expect((await brokenAt(log)).map(([check]) => check)).toEqual(["tree", "signatures"]);
  });

  it("a head without a signature after signed ones is no head", async () => {
    const log = good();
    log.notes[3] = readNote(log.notes[3] ?? "").text;
    expect(await brokenAt(log)).toEqual([["signatures", 9, 11]]);
  });

  it("heads that shrink are not heads of one log", async () => {
    const log = good();
    log.notes.reverse();
    expect((await brokenAt(log)).map(([check]) => check)).toContain("order");
  });

  it("a log that nothing signs is bound to nobody", async () => {
    const log = good();
    log.notes = log.notes.map((note) => readNote(note).text);
    expect(await brokenAt(log)).toEqual([["signatures", null, null]]);
  });

  it("an anchor of another history contradicts the log", async () => {
    const log = sealedLogOf(bodies.map((body) => body.replace("success", "failure")));
    log.anchors = [{ kind: "s3", target: "elsewhere", note: good().notes[1] ?? "" }];
    expect(await brokenAt(log)).toEqual([["anchors", 0, 5]]);
  });

  it("an anchor that no key of this log signed anchors nothing", async () => {
    const log = good();
    const note = sealedLogOf(bodies, { key: fixedKey(9) }).notes[1] ?? "";
    log.anchors = [{ kind: "s3", target: "elsewhere", note }];
    expect(await brokenAt(log)).toEqual([["anchors", null, null]]);
  });

  it("a head of another log is none of this one", async () => {
    const log = good();
    const { lines } = readNote(log.notes[1] ?? "");
    const text = ["holdfast.audit/another", ...lines.slice(1), ""].join("\n");
    log.notes[1] = `${text}\n${signerOf(origin, fixedKey(1)).sign(text)}`;
    expect(await brokenAt(log)).toEqual([["signatures", 3, 5]]);
  });

  it("a text that is spelled otherwise does not hide from the rules", async () => {
    const intent = bodyOf({ action: "restore.dispatch.intent", target: ["restore", "r1"] }, 1);
    const submit = bodyOf(
      {
        action: "restore.submit",
        target: ["restore", "r1"],
        detail: { approvalId: "a", revision: 1, needed: [{ group: "approver", count: 1 }], paramsHash: "ab" },
      },
      0,
    );
    const found = await brokenAt(sealedLogOf([submit, intent.replace('{"action"', '{ "action"')]));
    expect(found).toEqual([["approvals", 1, 1]]);
  });

  it("an anchor beyond the end shows that the end is missing", async () => {
    const log = good();
    log.lines.splice(9);
    log.notes.splice(3);
    const anchor = file(JSON.stringify([{ kind: "s3", target: "elsewhere", note: good().notes[3] }]));
    expect(await brokenAt(log, { anchor })).toEqual([["anchors", 9, 11]]);
    expect(
      await brokenAt(log, {
        anchor: file(
          good()
            .notes.map((note) => `${note}\n`)
            .join(""),
        ),
      }),
    ).toEqual([["anchors", 9, 11]]);
  });

  it("a file that is not the exported one is named", async () => {
    const bundle = writeBundle(place, good(), (files) => {
      files["anchors.json"] = "[ ]";
    });
    const report = await verifyBundle({ bundle });
    expect(report.verdict).toBe("broken");
    expect(report.findings[0]).toMatchObject({ check: "manifest", message: expect.stringContaining("anchors.json") });
  });
});

describe("the witness", () => {
  it("remembers the last verified head and its key, and demands that the next log goes on from there", async () => {
    const witness = path.join(place, "witness.json");
    const short = sealedLogOf(bodies.slice(0, 9));
    expect(await verify(short, { witness })).toMatchObject({ verdict: "ok", key: { pinned: null } });
    expect(await verify(good(), { witness })).toMatchObject({ verdict: "ok", key: { pinned: "remembered" } });
    expect(await brokenAt(short, { witness })).toEqual([["earlier", 9, 11]]);
    const forged = sealedLogOf(
      bodies.map((body) => body.replace("success", "failure")),
      { key: fixedKey(9) },
    );
    expect((await brokenAt(forged, { witness })).map(([check]) => check).toSorted()).toEqual(["earlier", "keys"]);
  });
});

describe("the command", () => {
  const run = async (...args: string[]) => {
    const said: string[] = [];
    return { code: await runVerify([...args, "--no-witness"], (text) => said.push(text)), text: said.join("\n") };
  };

  it("exits 0 where all holds, and says what was checked", async () => {
    const { code, text } = await run("--bundle", writeBundle(place, good()), "--pubkey", pinned);
    expect(code).toBe(0);
    expect(text).toContain("12 events in one row");
    expect(text).toContain("All of it holds.");
  });

  it("exits 1 where something was changed, and says where, for machines too", async () => {
    const log = good();
    log.lines.splice(4, 1);
    const { code, text } = await run("--bundle", writeBundle(place, log), "--json");
    expect(code).toBe(1);
    expect(JSON.parse(text)).toMatchObject({ verdict: "broken", findings: [{ check: "sequence", from: 4 }, {}] });
  });

  it.each([
    ["a file that is no tar", () => file("no bundle, but long enough to have a head".repeat(20))],
    ["a file that is not there", () => path.join(place, "none")],
    [
      "a bundle that is cut off",
      () => {
        const whole = fs.readFileSync(writeBundle(place, good()));
        const name = path.join(place, "cut");
        fs.writeFileSync(name, whole.subarray(0, 3_000));
        return name;
      },
    ],
    [
      "a line that is no event",
      () =>
        writeBundle(place, good(), (files) => {
          files["events.ndjson"] = "what\n";
        }),
    ],
  ])("exits 2 for %s", async (_, make) => {
    const { code, text } = await run("--bundle", make(), "--json");
    expect(code).toBe(2);
    expect(JSON.parse(text)).toMatchObject({ verdict: "unusable" });
  });

  it("exits 2 and tells its options without a bundle", async () => {
    expect(await run()).toMatchObject({ code: 2, text: expect.stringContaining("--pubkey") });
    expect((await run("--bundel", "x")).code).toBe(2);
  });

  it("runs as one file, far from the project", () => {
    const copy = path.join(place, "elsewhere.mjs");
    fs.copyFileSync(path.join(import.meta.dirname, "verify.mjs"), copy);
    const said = execFileSync(process.execPath, [copy, "--bundle", writeBundle(place, good()), "--no-witness"], {
      cwd: place,
      encoding: "utf8",
    });
    expect(said).toContain("All of it holds.");
    const source = fs.readFileSync(copy, "utf8");
    const imported = [...source.matchAll(/^import .* from "([^"]+)"/gm)].map(([, name]) => name ?? "");
    expect(imported.filter((name) => !name.startsWith("node:"))).toEqual([]);
  });
});

describe("a verifier key", () => {
  it("has the id that C2SP derives from its name and bytes", () => {
    // The example key of the signed-note format in the Go checksum database.
    const vkey = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
    expect(readVerifierKey(vkey)).toMatchObject({ name: "sum.golang.org", keyId: "033de0ae" });
    expect(() => readVerifierKey(vkey.replace("033d", "133d"))).toThrow("does not have the id");
  });
});
