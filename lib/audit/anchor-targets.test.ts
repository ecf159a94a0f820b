import { describe, expect, it } from "vitest";
import { anchorTargets, targetName } from "./anchor-targets";
import { isAnchorDue, retryAfterSeconds } from "./rules";

const secret = `whsec_${Buffer.alloc(24, 1).toString("base64")}`;

describe("the places that a deployment names", () => {
  it("are none without a word of them", () => {
    expect(anchorTargets(undefined)).toEqual([]);
    expect(anchorTargets("")).toEqual([]);
  });

  it("are shown without what is secret about them", () => {
    const list = [
      { kind: "file", path: "/mnt/worm/holdfast.notes" },
      { kind: "syslog", host: "siem.example" },
      { kind: "syslog", host: "10.0.0.9", port: 601, tls: false },
      { kind: "s3", bucket: "locked", region: "eu-central-1", accessKeyId: "A", secretAccessKey: "hush" },
      { kind: "webhook", url: "https://keeper.example/in?token=hush", secret },
    ];
    const names = anchorTargets(JSON.stringify(list)).map(targetName);
    expect(names).toEqual([
      "/mnt/worm/holdfast.notes",
      "tls://siem.example:6514",
      "tcp://10.0.0.9:601",
      "s3://locked/holdfast/",
      "https://keeper.example/in",
    ]);
  });

  it.each([
    ["no JSON", "is not JSON"],
    ['{"kind":"file"}', "HOLDFAST_AUDIT_ANCHORS"],
    ['[{"kind":"tape"}]', "entry 1, kind"],
    ['[{"kind":"file","path":"notes"}]', "entry 1, path: give the full path"],
    ['[{"kind":"file","path":"/a"},{"kind":"syslog","host":"h","port":0}]', "entry 2, port"],
    ['[{"kind":"s3","bucket":"b"}]', "entry 1, region"],
    ['[{"kind":"webhook","url":"https://x.example","secret":"short-and-secret"}]', "entry 1, secret: give whsec_"],
    ['[{"kind":"file","path":"/a"},{"kind":"file","path":"/a"}]', "names file /a twice"],
    ['[{"kind":"file","path":"/a","mode":"0777"}]', "entry 1"],
  ])("are refused as %s", (text, words) => {
    expect(() => anchorTargets(text)).toThrow(words);
  });

  it("keep their secrets when they are refused", () => {
    expect(() => anchorTargets('[{"kind":"webhook","url":"https://x.example","secret":"hush-hush"}]')).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining("hush") }),
    );
  });
});

describe("a head is due", () => {
  const standing = { headSize: 100, urgentSize: null, anchoredSize: 90, ageSeconds: 60 };
  it.each([
    ["not before there is one", { headSize: null, anchoredSize: null, ageSeconds: null }, false],
    ["at once where none was put yet", { anchoredSize: null, ageSeconds: null }, true],
    ["not within ten minutes", { ageSeconds: 599 }, false],
    ["after ten minutes with something new", { ageSeconds: 600 }, true],
    ["not after ten minutes with nothing new", { anchoredSize: 100, ageSeconds: 600 }, false],
    ["once a day with nothing new", { anchoredSize: 100, ageSeconds: 86_400 }, true],
    ["at once when it covers what cannot wait", { urgentSize: 95 }, true],
    ["not again for what it has covered", { urgentSize: 90 }, false],
  ])("%s", (_, more, due) => {
    expect(isAnchorDue({ ...standing, ...more })).toBe(due);
  });
});

it.each([
  [1, 15],
  [2, 30],
  [3, 60],
  [6, 480],
  [7, 900],
  [60, 900],
])("after %i failures a place rests %i s", (failures, seconds) => {
  expect(retryAfterSeconds(failures)).toBe(seconds);
});
