import { describe, expect, it } from "vitest";
import { answers, isRecomputeKind, recompute } from "./answers";
import examples from "./examples.json";

const { $comment: _, ...byKind } = examples;
const open = Object.entries(byKind).flatMap(([kind, cases]) =>
  cases.map(({ id, title, input, expected }) => [kind, `${id}: ${title}`, input, expected] as const),
);

const answer = (kind: string, input: unknown): unknown => {
  if (!isRecomputeKind(kind)) throw new Error(`${kind} is no kind.`);
  const [result] = recompute(kind, { cases: [{ id: "one", input }] }).results;
  return result && "output" in result ? result.output : result;
};

describe("the open examples", () => {
  it.each(open)("%s answers %s", (kind, __, input, expected) => expect(answer(kind, input)).toEqual(expected));

  it("cover every kind", () => expect(Object.keys(byKind).sort()).toEqual(Object.keys(answers).sort()));
});

const at = (clock: string) => `2026-06-01T${clock}Z`;
const day = { start: at("00:00:00"), end: "2026-06-02T00:00:00Z" };
const point = (over: object = {}) => ({
  id: "p",
  status: "COMPLETED",
  startedAt: at("00:00:00"),
  completedAt: at("00:00:00"),
  ...over,
});
const covered = (input: object) => {
  const output = answer("rpo", { window: day, rpoSeconds: 86_400, ...input }) as { compliantMs: number };
  return output.compliantMs / 3_600_000;
};

describe("which points count, in hours of a day", () => {
  it.each([
    ["a complete one does", { points: [point()] }, 24],
    ["one still running does not", { points: [point({ status: "RUNNING", completedAt: undefined })] }, 0],
    ["one that failed does not", { points: [point({ status: "FAILED" })] }, 0],
    [
      "one whose verification failed later never did",
      { points: [point({ verification: { result: "FAILED", at: at("12:00:00") } })] },
      0,
    ],
    ["one with malware never did", { points: [point({ malware: "INFECTED" })] }, 0],
    ["one that was scanned clean does", { points: [point({ malware: { result: "CLEAN" } })] }, 24],
    ["one until its expiry", { points: [point({ expiresAt: at("06:00:00") })] }, 6],
    [
      "one until its deletion before its expiry",
      { points: [point({ expiresAt: at("06:00:00"), deletedAt: at("03:00:00") })] },
      3,
    ],
    ["one that completes before it starts does not", { points: [point({ startedAt: at("01:00:00") })] }, 0],
    ["one that completes before its own data does not", { points: [point({ dataAsOf: at("00:00:01") })] }, 0],
    ["one from its completion in the future on", { points: [point({ completedAt: at("20:00:00") })] }, 4],
    ["one whose parent is missing does not", { points: [point({ parentId: "gone" })] }, 0],
    ["one that is its own parent does not", { points: [point({ parentId: "p" })] }, 0],
    [
      "a ring of three does not, nor what hangs on it",
      { points: [point({ parentId: "b" }), point({ id: "b", parentId: "c" }), point({ id: "c", parentId: "b" })] },
      0,
    ],
    [
      "one whose parent ends at noon ends there too",
      {
        points: [
          point({ parentId: "q" }),
          point({
            id: "q",
            startedAt: "2026-05-30T00:00:00Z",
            completedAt: "2026-05-30T00:00:00Z",
            expiresAt: at("12:00:00"),
          }),
        ],
      },
      12,
    ],
    [
      "a copy goes on when the first is gone",
      {
        points: [
          point({
            deletedAt: at("01:00:00"),
            copies: [{ region: "x", availableFrom: at("01:00:00"), expiresAt: at("05:00:00") }],
          }),
        ],
      },
      5,
    ],
    ["nothing in a lost region does", { points: [point({ region: "r" })], scope: { excludeRegions: ["r"] } }, 0],
    [
      "only from its verification on, where that is asked",
      { requireVerified: true, points: [point({ verification: { result: "PASSED", at: at("10:00:00") } })] },
      14,
    ],
    [
      "a parent need not be verified",
      {
        requireVerified: true,
        points: [point({ parentId: "q", verification: { result: "PASSED", at: at("10:00:00") } }), point({ id: "q" })],
      },
      14,
    ],
    [
      "a stream until it expires",
      { pitr: [{ from: at("00:00:00"), to: at("02:00:00"), lagSeconds: 60, expiresAt: at("09:00:00") }] },
      9,
    ],
    ["a stream that still runs", { pitr: [{ from: at("00:00:00"), lagSeconds: 60 }] }, 24],
    ["a stream slower than the RPO never", { rpoSeconds: 59, pitr: [{ from: at("00:00:00"), lagSeconds: 60 }] }, 0],
  ])("%s", (_title, input, hours) => expect(covered(input)).toBe(hours));
});

describe("time in compliance", () => {
  const ages = (input: object) => answer("rpo", { window: day, rpoSeconds: 43_200, ...input });

  it("is null of nothing evaluated, not 100 %", () =>
    expect(ages({ points: [point()], inServiceFrom: "2026-07-01T00:00:00Z" })).toMatchObject({
      evaluatedMs: 0,
      compliancePctFloor4: null,
      maxAgeSeconds: null,
      breaches: [],
    }));

  it("is 0 % of a system in service without a point", () =>
    expect(ages({})).toMatchObject({ compliantMs: 0, compliancePctFloor4: 0, maxAgeSeconds: null }));

  it("counts an age equal to the RPO as compliant, and the moment after not", () =>
    expect(
      ages({
        points: [point({ completedAt: at("01:00:00"), expiresAt: at("20:00:00") })],
        instants: [at("00:59:59.999"), at("12:00:00"), at("12:00:00.001"), at("20:00:00")],
      }),
    ).toMatchObject({
      compliancePctFloor4: 45.8333,
      instants: [
        { ageMs: null, compliant: false },
        { ageMs: 43_200_000, compliant: true },
        { ageMs: 43_200_001, compliant: false },
        { ageMs: null, compliant: false },
      ],
    }));

  it("follows local midnight through the end of summer time", () => {
    const points = Array.from({ length: 33 }, (_unused, index) => {
      const local = new Date(Date.UTC(2026, 8, 29 + index, index + 29 >= 55 ? 21 : 20)).toISOString();
      return point({ id: `n${index}`, startedAt: local, completedAt: local });
    });
    expect(
      answer("rpo", { window: { month: "2026-10", timeZone: "Europe/Berlin" }, rpoSeconds: 86_400, points }),
    ).toMatchObject({
      windowMs: 745 * 3_600_000,
      compliancePctFloor4: 99.8657,
      breaches: [{ start: "2026-10-25T20:00:00Z", end: "2026-10-25T21:00:00Z" }],
    });
  });

  it("splits a breach where an exclusion lies in it", () =>
    expect(ages({ exclusions: [{ start: at("06:00:00"), end: at("07:00:00") }] })).toMatchObject({
      evaluatedMs: 23 * 3_600_000,
      breaches: [
        { start: at("00:00:00"), end: at("06:00:00") },
        { start: at("07:00:00"), end: "2026-06-02T00:00:00Z" },
      ],
    }));

  it.each([
    ["RPO", { rpoSeconds: 1.001, pitr: [{ from: at("00:00:00"), lagSeconds: 1.001 }] }, 24],
    ["lag", { rpoSeconds: 1, pitr: [{ from: at("00:00:00"), lagSeconds: 1.001 }] }, 0],
    ["missing lag", { pitr: [{ from: at("00:00:00"), to: null, lagSeconds: null }] }, 24],
  ])("counts whole milliseconds of an %s", (_title, input, hours) => expect(covered(input)).toBe(hours));

  it("takes 40,000 points in one chain", () => {
    const points = Array.from({ length: 40_000 }, (_unused, index) =>
      point({ id: `p${index}`, ...(index > 0 ? { parentId: `p${index - 1}` } : {}) }),
    ).reverse();
    expect(covered({ points })).toBe(24);
  });
});

describe("a case that cannot be answered", () => {
  it.each([
    [
      "rpo",
      { rpoSeconds: 1, window: day, points: [point({ startedAt: "yesterday" })] },
      "points.0.startedAt: Give an instant",
    ],
    ["rpo", { rpoSeconds: 1, window: day, points: [point(), point()] }, 'the id "p" is there twice'],
    ["rpo", { rpoSeconds: 1, window: { start: day.end, end: day.start } }, "window"],
    ["rpo", { rpoSeconds: 1, window: { month: "2026-10", timeZone: "Mars/Base" } }, "window"],
    ["schedule", { cron: "61 * * * *", from: day.start, to: day.end }, 'cron: "61 * * * *" is no schedule'],
    ["schedule", { from: day.start, to: day.end }, "cron: give a schedule"],
    ["schedule", { cron: "0 2 * * *", from: day.start, to: day.end, jobs: [] }, "completeWindowMin"],
    ["deadline", { rule: "GDPR_INDIVIDUAL" }, "use one of GDPR_AUTHORITY"],
    ["deadline", { rule: "DORA_INITIAL", awareAt: day.start }, "give classifiedAt"],
    ["order", { systems: [{ id: "a", tier: 1 }] }, "rtoSeconds"],
    ["cost", { sizeGB: 1 }, "give `stages`"],
    ["cost", { sizeGB: 1, deleteDay: 10, stages: [{ class: "hot", fromDay: 1, pricePerGBMonth: 1 }] }, "day 0"],
    ["copies", { now: day.start, rule: "three", copyFreshnessSeconds: 1, copies: [] }, "write it as 3-2-1-1-0"],
  ])("%s %j says what to mend", (kind, input, words) =>
    expect(answer(kind, input)).toMatchObject({ id: "one", error: expect.stringContaining(words) }),
  );

  it("leaves the others alone", () => {
    const good = { rule: "GDPR_AUTHORITY", awareAt: day.start };
    expect(
      recompute("deadline", {
        cases: [
          { id: 1, input: {} },
          { id: 2, input: good },
        ],
      }).results,
    ).toMatchObject([
      { id: 1, error: expect.any(String) },
      { id: 2, output: { deadline: "2026-06-04T00:00:00Z" } },
    ]);
  });

  it("leaves the others alone, too, where it is no case", () => {
    const good = { id: 2, input: { rule: "GDPR_AUTHORITY", awareAt: day.start } };
    expect(recompute("deadline", { cases: [null, 3, [], {}, good, good] }).results).toEqual([
      { id: null, error: expect.stringContaining("Give a case") },
      { id: null, error: expect.stringContaining("Give a case") },
      { id: null, error: expect.stringContaining("Give a case") },
      { error: expect.stringContaining("input") },
      { id: 2, output: { deadline: "2026-06-04T00:00:00Z" } },
      { id: 2, output: { deadline: "2026-06-04T00:00:00Z" } },
    ]);
  });

  it("is not the same as no cases at all", () => expect(() => recompute("rpo", {})).toThrow('Give {"cases"'));
});

describe("legal clocks", () => {
  it.each([
    [
      "four hours after classification",
      { rule: "DORA_INITIAL", awareAt: at("00:00:00"), classifiedAt: at("02:00:00") },
      at("06:00:00"),
    ],
    [
      "classified at the very end of the day: the day is the cap",
      { rule: "DORA_INITIAL", awareAt: at("00:00:00"), classifiedAt: "2026-06-02T00:00:00Z" },
      "2026-06-02T00:00:00Z",
    ],
    [
      "classified a second later than that: four hours from there",
      { rule: "DORA_INITIAL", awareAt: at("00:00:00"), classifiedAt: "2026-06-02T00:00:01Z" },
      "2026-06-02T04:00:01Z",
    ],
    [
      "three days after the initial report",
      { rule: "DORA_INTERMEDIATE", initialSentAt: at("00:00:00") },
      "2026-06-04T00:00:00Z",
    ],
    [
      "a month after the intermediate report",
      { rule: "DORA_FINAL", intermediateSentAt: "2026-03-31T10:00:00Z" },
      "2026-04-30T10:00:00Z",
    ],
    [
      "a month into a leap February",
      { rule: "NIS2_FINAL", notificationSentAt: "2028-01-31T10:00:00Z" },
      "2028-02-29T10:00:00Z",
    ],
    [
      "the intermediate report's own moment, whatever else is known",
      {
        rule: "DORA_INTERMEDIATE",
        initialSentAt: at("00:00:00"),
        notificationSentAt: at("01:00:00"),
        intermediateSentAt: at("02:00:00"),
      },
      "2026-06-04T00:00:00Z",
    ],
    [
      "the final report's own moment, whatever else is known",
      {
        rule: "DORA_FINAL",
        initialSentAt: at("00:00:00"),
        notificationSentAt: at("01:00:00"),
        intermediateSentAt: at("02:00:00"),
      },
      "2026-07-01T02:00:00Z",
    ],
    ["sixty days after discovery", { rule: "HIPAA_INDIVIDUAL", discoveredAt: day.start }, "2026-07-31T00:00:00Z"],
    [
      "elapsed hours, whatever the clocks do",
      { rule: "GDPR_AUTHORITY", awareAt: "2026-10-24T00:00:00+02:00" },
      "2026-10-26T22:00:00Z",
    ],
  ])("%s", (_title, input, deadline) => expect(answer("deadline", input)).toEqual({ deadline }));
});

describe("when a schedule is due", () => {
  const due = (cron: string, timeZone: string, from: string, to: string) =>
    (answer("schedule", { cron, timeZone, from, to }) as { occurrences: string[] }).occurrences;

  it.each([
    [
      "a time in a gap of half an hour moves by the gap",
      "20 2 * * *",
      "Australia/Lord_Howe",
      "2027-10-02T00:00:00Z",
      "2027-10-03T00:00:00Z",
      ["2027-10-02T15:50:00Z"],
    ],
    [
      "a time in a gap of an hour moves by the gap, not to its end",
      "30 2 * * *",
      "Europe/Berlin",
      "2026-03-29T00:00:00Z",
      "2026-03-30T00:00:00Z",
      ["2026-03-29T01:30:00Z"],
    ],
    [
      "two times that become one instant are one run",
      "30 2,3 * * *",
      "Europe/Berlin",
      "2026-03-29T00:00:00Z",
      "2026-03-29T12:00:00Z",
      ["2026-03-29T01:30:00Z"],
    ],
    [
      "a time that comes twice counts first",
      "30 2 * * *",
      "Europe/Berlin",
      "2026-10-25T00:00:00Z",
      "2026-10-26T00:00:00Z",
      ["2026-10-25T00:30:00Z"],
    ],
    ["Sunday is 0 and 7", "0 0 * * 7", "UTC", "2026-06-01T00:00:00Z", "2026-06-08T00:00:00Z", ["2026-06-07T00:00:00Z"]],
    [
      "either day where both are said",
      "0 0 2 * MON",
      "UTC",
      "2026-06-01T00:00:00Z",
      "2026-06-08T00:00:00Z",
      ["2026-06-01T00:00:00Z", "2026-06-02T00:00:00Z"],
    ],
    [
      "the six fields of AWS",
      "cron(0 5 ? * 2 *)",
      "UTC",
      "2026-06-01T00:00:00Z",
      "2026-06-08T00:00:00Z",
      ["2026-06-01T05:00:00Z"],
    ],
    [
      "a date that the zone left out falls on the next, and once",
      "0 10 * * *",
      "Pacific/Apia",
      "2011-12-29T10:00:00Z",
      "2011-12-31T10:00:00Z",
      ["2011-12-29T20:00:00Z", "2011-12-30T20:00:00Z"],
    ],
    [
      "a midnight that the clocks skip is one o'clock",
      "0 0 * * *",
      "America/Sao_Paulo",
      "2018-11-03T12:00:00Z",
      "2018-11-05T12:00:00Z",
      ["2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"],
    ],
    [
      "a gap of half an hour lacks half an hour's runs",
      "*/15 * * * *",
      "Australia/Lord_Howe",
      "2027-10-02T15:00:00Z",
      "2027-10-02T16:00:00Z",
      ["2027-10-02T15:00:00Z", "2027-10-02T15:15:00Z", "2027-10-02T15:30:00Z", "2027-10-02T15:45:00Z"],
    ],
    [
      "the nearest weekday to a Sunday the 31st stays in its month",
      "0 5 31W * ? 2027",
      "UTC",
      "2027-01-01T00:00:00Z",
      "2027-02-01T00:00:00Z",
      ["2027-01-29T05:00:00Z"],
    ],
    [
      "a step wider than its field is its first value",
      "0 0 * * 2/13",
      "UTC",
      "2026-06-01T00:00:00Z",
      "2026-06-08T00:00:00Z",
      ["2026-06-02T00:00:00Z"],
    ],
    ["one that never fires is due never", "0 0 31 2 *", "UTC", "2026-01-01T00:00:00Z", "2030-01-01T00:00:00Z", []],
    [
      "the end does not belong to the window",
      "0 * * * *",
      "UTC",
      "2026-06-01T00:00:00Z",
      "2026-06-01T01:00:00Z",
      ["2026-06-01T00:00:00Z"],
    ],
  ])("%s", (_title, cron, timeZone, from, to, expected) => expect(due(cron, timeZone, from, to)).toEqual(expected));

  it("any hour has 25 runs on a day of 25 hours and 23 on one of 23", () => {
    expect(due("30 * * * *", "Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z")).toHaveLength(25);
    expect(due("30 * * * *", "Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z")).toHaveLength(23);
  });

  it("each minute has 1,440 runs a day", () =>
    expect(due("* * * * *", "UTC", "2026-06-01T00:00:00Z", "2026-06-02T00:00:00Z")).toHaveLength(1_440));

  it("an interval counts elapsed time from its anchor", () =>
    expect(
      answer("schedule", { intervalSeconds: 10_800, anchor: at("01:00:00"), from: at("00:00:00"), to: at("08:00:00") }),
    ).toEqual({ occurrences: [at("01:00:00"), at("04:00:00"), at("07:00:00")], expectedRuns: 3 }));
});

describe("the order of recovery", () => {
  it("recovers a ring as one group, one after the other, and waits for all of it", () => {
    const system = (id: string, tier: number, restoreSeconds: number) => ({
      id,
      tier,
      rtoSeconds: 100,
      restoreSeconds,
    });
    const hard = (from: string, to: string) => ({ from, to, kind: "HARD" });
    expect(
      answer("order", {
        systems: [system("a", 3, 10), system("b", 2, 20), system("c", 1, 80), system("d", 3, 5)],
        deps: [hard("a", "b"), hard("b", "a"), hard("c", "a"), hard("a", "d")],
      }),
    ).toEqual({
      sequence: ["d", "b", "a", "c"],
      waves: [["d"], ["a", "b"], ["c"]],
      effectiveTier: { a: 1, b: 1, c: 1, d: 1 },
      inversions: [
        { id: "a", tier: 3, effectiveTier: 1, requiredBy: "c" },
        { id: "b", tier: 2, effectiveTier: 1, requiredBy: "c" },
        { id: "d", tier: 3, effectiveTier: 1, requiredBy: "c" },
      ],
      cycles: [["a", "b"]],
      unresolved: [],
      projectedFinishSeconds: { a: 35, b: 25, c: 115, d: 5 },
      rtoViolations: ["c"],
      objectiveIncoherence: [],
    });
  });

  it("takes 20,000 systems, each needed by the next", () => {
    const systems = Array.from({ length: 20_000 }, (_unused, index) => ({
      id: `s${index}`,
      tier: index === 0 ? 1 : 3,
      rtoSeconds: 3_600,
      restoreSeconds: 1,
    }));
    const deps = systems.slice(1).map(({ id }, index) => ({ from: `s${index}`, to: id, kind: "HARD" }));
    const told = answer("order", { systems, deps }) as { inversions: { requiredBy: string }[]; waves: unknown[] };
    expect(told.waves).toHaveLength(20_000);
    expect(told.inversions).toHaveLength(19_999);
    expect(new Set(told.inversions.map(({ requiredBy }) => requiredBy))).toEqual(new Set(["s0"]));
  });

  it("names the smallest of the systems whose tier is taken over, however far they are", () => {
    const system = (id: string, tier: number) => ({ id, tier, rtoSeconds: 9 });
    expect(
      answer("order", {
        systems: [system("d", 3), system("x", 2), system("b", 1), system("a", 2), system("c", 1)],
        deps: [
          { from: "x", to: "d" },
          { from: "c", to: "x" },
          { from: "a", to: "d" },
          { from: "b", to: "a" },
        ],
      }),
    ).toMatchObject({
      inversions: [
        { id: "a", requiredBy: "b" },
        { id: "d", requiredBy: "b" },
        { id: "x", requiredBy: "c" },
      ],
    });
  });
});

describe("retention", () => {
  const kept = (policy: object, points: object[], now = "2026-02-10T12:00:00Z") =>
    (answer("retention", { now, policy, points }) as { keep: string[] }).keep;
  const made = (id: string, over: object = {}) => ({ id, createdAt: `2026-${id}T10:00:00Z`, ...over });

  it.each([
    [
      "the newest of the newest days and ISO weeks",
      { keepDaily: 2, keepWeekly: 2 },
      ["02-09", "02-08", "02-07", "02-01", "01-31"],
      ["02-08", "02-09"],
    ],
    ["the last n, whatever their day", { keepLast: 1 }, ["02-09", "02-08"], ["02-09"]],
    ["one a month, skipping months without", { keepMonthly: 2 }, ["02-09", "01-31", "01-01"], ["01-31", "02-09"]],
    ["nothing where nothing is asked", {}, ["02-09"], []],
    ["whatever is younger than the minimum", { minRetentionDays: 2 }, ["02-09", "02-08", "02-07"], ["02-09"]],
    ["nothing for being young where no minimum is set, not even of tomorrow", {}, ["02-11"], []],
    ["nothing past the maximum", { keepDaily: 9, maxRetentionDays: 2 }, ["02-09", "02-08"], ["02-09"]],
  ])("keeps %s", (_title, policy, ids, expected) =>
    expect(
      kept(
        policy,
        ids.map((id) => made(id)),
      ),
    ).toEqual(expected),
  );

  it("gives no slot to what cannot be used, and keeps what a kept point builds on", () =>
    expect(
      answer("retention", {
        now: "2026-02-10T12:00:00Z",
        policy: { keepLast: 1, maxRetentionDays: 5 },
        points: [made("02-09", { status: "FAILED" }), made("02-08", { parentId: "02-01" }), made("02-01", {})],
      }),
    ).toMatchObject({
      decisions: {
        "02-09": { action: "DELETE", reasons: ["UNUSABLE"] },
        "02-08": { action: "KEEP", reasons: ["LAST"] },
        "02-01": { action: "KEEP", reasons: ["CHAIN_PARENT"], conflicts: ["MAX_RETENTION"] },
      },
    }));
});

describe("cost", () => {
  it("bills the minimum of a class that data leaves too soon", () =>
    expect(
      answer("cost", {
        sizeGB: 100,
        deleteDay: 60,
        stages: [
          { class: "hot", fromDay: 0, pricePerGBMonth: 0.03 },
          { class: "archive", fromDay: 30, pricePerGBMonth: 0.003, minDays: 90 },
        ],
      }),
    ).toMatchObject({
      stages: [{}, { actualDays: 30, billedDays: 90, storage: "0.300000", earlyDeletionPenalty: "0.600000" }],
      total: "3.900000",
      baselineAllFirstClass: "6.000000",
      saving: "2.100000",
    }));

  it("takes a price that is written with an exponent", () =>
    expect(
      answer("cost", {
        sizeGB: 1e6,
        deleteDay: 30,
        stages: [{ class: "deep", fromDay: 0, pricePerGBMonth: 5e-7, transitionInPerGB: 1e-7 }],
      }),
    ).toMatchObject({ total: "0.600000", stages: [{ storage: "0.500000", transition: "0.100000" }] }));

  it.each([
    ["a half at the seventh decimal goes up", 5e-7, "0.000001"],
    ["less than a half goes down", 4.9e-7, "0.000000"],
  ])("%s", (_title, pricePerGBMonth, total) =>
    expect(
      answer("cost", { sizeGB: 1, deleteDay: 30, stages: [{ class: "hot", fromDay: 0, pricePerGBMonth }] }),
    ).toMatchObject({ total }),
  );

  it("reads an absent day of a lifecycle as never", () =>
    expect(answer("cost", { rules: [{ moveToColdAfterDays: 30 }] })).toEqual({
      results: [{ moveToColdAfterDays: 30, deleteAfterDays: null, valid: true, minDeleteAfterDays: 120 }],
    }));

  it("saves on the open example of two stages", () =>
    expect(
      answer("cost", {
        sizeGB: 200,
        deleteDay: 180,
        stages: [
          { class: "hot", fromDay: 0, pricePerGBMonth: 0.04 },
          { class: "cool", fromDay: 60, pricePerGBMonth: 0.01, transitionInPerGB: 0.001 },
        ],
      }),
    ).toMatchObject({ total: "24.200000", baselineAllFirstClass: "48.000000", savingPct: "49.583333" }));

  it.each([
    [
      "never pays where the full copy costs more a month than the unique blocks",
      { fullGB: 500, uniqueGB: 5, minDays: 90 },
      { worthIt: false, breakEvenDays: null },
    ],
    ["never pays at equal cost", { fullGB: 400, uniqueGB: 100, minDays: 90 }, { worthIt: false, breakEvenDays: null }],
    [
      "pays after the minimum where that is dear",
      { fullGB: 300, uniqueGB: 100, minDays: 90, transitionPerGB: 1 },
      { worthIt: true, breakEvenDays: 7200 },
    ],
  ])("archiving %s", (_title, choice, expected) =>
    expect(answer("cost", { warm: 0.05, cold: 0.0125, daysPerMonth: 30, ...choice })).toEqual(expected),
  );
});

describe("copies", () => {
  const production = { id: "prod", kind: "PRODUCTION", locationId: "a", siteId: "s1", mediaClass: "block" };
  const backup = (over: object = {}) => ({
    id: "b",
    kind: "BACKUP",
    locationId: "n",
    siteId: "s1",
    mediaClass: "file",
    usable: true,
    dataAsOf: at("00:00:00"),
    lastVerifiedAt: at("00:00:00"),
    verificationErrors: 0,
    ...over,
  });
  const judged = (copies: object[], rule = "3-2-1-1-0") =>
    answer("copies", {
      now: at("12:00:00"),
      rule,
      copyFreshnessSeconds: 43_200,
      verifyDays: 1,
      copies: [production, ...copies],
    });

  it.each([
    ["exactly as old as is fresh counts", [backup()], { copies: 2, media: 2 }],
    ["a second older does not", [backup({ dataAsOf: "2026-05-31T23:59:59Z" })], { copies: 1, media: 1 }],
    ["unusable does not", [backup({ usable: false })], { copies: 1 }],
    ["in production's own location does not", [backup({ locationId: "a" })], { copies: 1 }],
    ["twice in one location counts once", [backup(), backup({ id: "c" })], { copies: 2 }],
    [
      "a governance lock is no lock",
      [backup({ lockMode: "GOVERNANCE", immutableUntil: "2027-01-01T00:00:00Z" })],
      { immutableOrOffline: 0 },
    ],
    [
      "a lock that ends now is none",
      [backup({ lockMode: "COMPLIANCE", immutableUntil: at("12:00:00") })],
      { immutableOrOffline: 0 },
    ],
    [
      "a lock in its cooling-off is none",
      [backup({ lockMode: "COMPLIANCE", immutableUntil: "2027-01-01T00:00:00Z", coolingOffUntil: at("12:00:01") })],
      { immutableOrOffline: 0 },
    ],
    ["offline counts as out of reach", [backup({ offline: true })], { immutableOrOffline: 1 }],
    ["with an error is not verified", [backup({ verificationErrors: 1 })], { unverifiedOrErrors: 1 }],
    ["never verified is not verified", [backup({ lastVerifiedAt: null })], { unverifiedOrErrors: 1 }],
  ])("a backup %s", (_title, copies, expected) => expect(judged(copies)).toMatchObject(expected));

  it("asks only for the digits that the rule has", () =>
    expect(judged([backup({ siteId: "s2", lastVerifiedAt: null })], "2-1-1")).toMatchObject({
      pass: true,
      failing: [],
    }));
});
