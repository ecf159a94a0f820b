import { describe, expect, it } from "vitest";
import { isTimeZone } from "@/lib/core/time-zone";
import { parseAwsCron } from "./cron";
import { occurrencesBetween } from "./schedule";

const due = (expression: string, timeZone: string, from: string, to: string) => {
  const cron = parseAwsCron(expression);
  if (!cron) throw new Error(`${expression} is not a schedule.`);
  return occurrencesBetween(cron, timeZone, new Date(from), new Date(to)).map((at) =>
    at.toISOString().replace(":00.000Z", "Z"),
  );
};

const days = (expression: string, from = "2026-11-01T00:00Z", to = "2026-12-01T00:00Z") =>
  due(expression, "UTC", from, to).map((at) => Number(at.slice(8, 10)));

describe("when a schedule is due", () => {
  it.each([
    ["the default of AWS", "cron(0 5 ? * * *)", ["2026-11-24T05:00Z", "2026-11-25T05:00Z"]],
    [
      "a step that starts at an hour",
      "cron(25 1/12 ? * * *)",
      ["2026-11-24T01:25Z", "2026-11-24T13:25Z", "2026-11-25T01:25Z", "2026-11-25T13:25Z"],
    ],
    [
      "lists and ranges",
      "cron(0,30 8-9 25 11 ? 2026)",
      ["2026-11-25T08:00Z", "2026-11-25T08:30Z", "2026-11-25T09:00Z", "2026-11-25T09:30Z"],
    ],
    [
      "a step within a range",
      "cron(0 0-10/5 24 * ? *)",
      ["2026-11-24T00:00Z", "2026-11-24T05:00Z", "2026-11-24T10:00Z"],
    ],
    ["a year that is not this one", "cron(0 5 ? * * 2027)", []],
    ["a month by name", "cron(0 5 24 NOV ? *)", ["2026-11-24T05:00Z"]],
    ["a month that is not this one", "cron(0 5 24 OCT ? *)", []],
    ["either day field where both speak", "cron(0 5 24 * WED *)", ["2026-11-24T05:00Z", "2026-11-25T05:00Z"]],
    ["only the day field that speaks where the other is any", "cron(0 5 * * WED *)", ["2026-11-25T05:00Z"]],
  ])("follows %s", (_, expression, expected) => {
    expect(due(expression, "UTC", "2026-11-24T00:00Z", "2026-11-26T00:00Z")).toEqual(expected);
  });

  it("counts the first moment of a stretch and not its end", () => {
    expect(due("cron(0 5 ? * * *)", "UTC", "2026-11-24T05:00Z", "2026-11-25T05:00Z")).toEqual(["2026-11-24T05:00Z"]);
    expect(due("cron(0 5 ? * * *)", "UTC", "2026-11-24T05:00Z", "2026-11-24T05:00Z")).toEqual([]);
  });

  it.each([
    ["the last day", "cron(0 5 L * ? *)", [30]],
    ["the last weekday", "cron(0 5 LW * ? *)", [30]],
    ["the weekday nearest to a Sunday", "cron(0 5 15W * ? *)", [16]],
    ["the weekday nearest to a Saturday", "cron(0 5 14W * ? *)", [13]],
    ["the weekday nearest to the 1st on a Sunday", "cron(0 5 1W * ? *)", [2]],
    ["Sunday as 1", "cron(0 5 ? * 1 *)", [1, 8, 15, 22, 29]],
    ["Saturday as L", "cron(0 5 ? * L *)", [7, 14, 21, 28]],
    ["the last Friday", "cron(0 5 ? * 6L *)", [27]],
    ["the last Friday by name", "cron(0 5 ? * FRIL *)", [27]],
    ["the third Tuesday", "cron(0 5 ? * TUE#3 *)", [17]],
    ["a fifth Monday that exists", "cron(0 5 ? * 2#5 *)", [30]],
    ["a fifth Tuesday that does not", "cron(0 5 ? * 3#5 *)", []],
    [
      "working days",
      "cron(0 5 ? * MON-FRI *)",
      [2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 16, 17, 18, 19, 20, 23, 24, 25, 26, 27, 30],
    ],
  ])("knows %s", (_, expression, expected) => {
    expect(days(expression)).toEqual(expected);
  });

  it("keeps the weekday nearest to a last Saturday or Sunday inside its month", () => {
    expect(days("cron(0 5 31W * ? *)", "2027-01-01T00:00Z", "2027-02-01T00:00Z")).toEqual([29]);
    expect(days("cron(0 5 1W * ? *)", "2027-05-01T00:00Z", "2027-06-01T00:00Z")).toEqual([3]);
  });

  it.each([
    [
      "is shifted forward by the gap in Berlin",
      "cron(30 2 ? * * *)",
      "Europe/Berlin",
      "2026-03-29T00:00Z",
      "2026-03-30T00:00Z",
      ["2026-03-29T01:30Z"],
    ],
    [
      "is shifted by half an hour on Lord Howe",
      "cron(20 2 ? * * *)",
      "Australia/Lord_Howe",
      "2027-10-02T12:00Z",
      "2027-10-03T12:00Z",
      ["2027-10-02T15:50Z"],
    ],
  ])("a local time that does not exist %s", (_, expression, zone, from, to, expected) => {
    expect(due(expression, zone, from, to)).toEqual(expected);
  });

  it("runs once at a local time that comes twice", () => {
    expect(due("cron(30 2 ? * * *)", "Europe/Berlin", "2026-10-25T00:00Z", "2026-10-26T00:00Z")).toEqual([
      "2026-10-25T00:30Z",
    ]);
  });

  it("lets two times that fall on one instant be one run", () => {
    expect(due("cron(30 2,3 ? * * *)", "Europe/Berlin", "2026-03-29T00:00Z", "2026-03-29T12:00Z")).toEqual([
      "2026-03-29T01:30Z",
    ]);
  });

  it("runs every real hour of a day with 25 hours, and of one with 23", () => {
    expect(due("cron(5 * ? * * *)", "Europe/Berlin", "2026-10-24T22:00Z", "2026-10-25T23:00Z")).toHaveLength(25);
    expect(due("cron(5 * ? * * *)", "Europe/Berlin", "2026-03-28T23:00Z", "2026-03-29T22:00Z")).toHaveLength(23);
  });
});

it.each([
  ["a rate", "rate(1 day)"],
  ["five fields", "cron(0 5 * * ?)"],
  ["seven fields", "cron(0 0 5 ? * * *)"],
  ["no day at all", "cron(0 5 ? * ? *)"],
  ["a minute too many", "cron(60 5 ? * * *)"],
  ["an hour too many", "cron(0 24 ? * * *)"],
  ["a weekday of 0", "cron(0 5 ? * 0 *)"],
  ["a range that runs backwards", "cron(0 5-3 ? * * *)"],
  ["a step of nothing", "cron(0 0/0 ? * * *)"],
  ["a sixth week", "cron(0 5 ? * 2#6 *)"],
  ["words", "every day"],
])("refuses %s", (_, text) => {
  expect(parseAwsCron(text)).toBeNull();
});

it("knows a time zone from a word", () => {
  expect(isTimeZone("Europe/Berlin")).toBe(true);
  expect(isTimeZone("Mars/Olympus")).toBe(false);
});
