import { describe, expect, it } from "vitest";
import { isTimeZone, nextDueMs, parseAwsCron } from "@/sandbox/aws/engine/aws-cron";

function next(expression: string, after: string, timeZone?: string): string | null {
  const cron = parseAwsCron(expression);
  if (!cron) throw new Error(`${expression} was not read.`);
  const dueMs = nextDueMs(cron, Date.parse(after), timeZone);
  return dueMs === null ? null : new Date(dueMs).toISOString();
}

describe("a six-field schedule", () => {
  it.each([
    ["every day at five", "cron(0 5 ? * * *)", "2026-03-01T06:00:00Z", "2026-03-02T05:00:00.000Z"],
    ["later than the moment itself", "cron(0 5 ? * * *)", "2026-03-01T05:00:00Z", "2026-03-02T05:00:00.000Z"],
    ["every hour", "cron(15 * ? * * *)", "2026-03-01T06:20:00Z", "2026-03-01T07:15:00.000Z"],
    ["every third hour from one", "cron(0 1/3 * * ? *)", "2026-03-01T01:30:00Z", "2026-03-01T04:00:00.000Z"],
    ["on weekdays", "cron(0 8 ? * MON-FRI *)", "2026-03-06T09:00:00Z", "2026-03-09T08:00:00.000Z"],
    ["Sunday is day one", "cron(0 8 ? * 1 *)", "2026-03-02T00:00:00Z", "2026-03-08T08:00:00.000Z"],
    ["the last day of the month", "cron(0 8 L * ? *)", "2026-02-01T00:00:00Z", "2026-02-28T08:00:00.000Z"],
    ["the weekday nearest a Sunday", "cron(0 8 15W * ? *)", "2026-03-01T00:00:00Z", "2026-03-16T08:00:00.000Z"],
    [
      "the weekday nearest a Saturday, the first",
      "cron(0 8 1W * ? *)",
      "2026-07-31T12:00:00Z",
      "2026-08-03T08:00:00.000Z",
    ],
    ["the last weekday", "cron(0 8 LW * ? *)", "2026-05-01T00:00:00Z", "2026-05-29T08:00:00.000Z"],
    ["the last Friday", "cron(0 8 ? * 6L *)", "2026-03-01T00:00:00Z", "2026-03-27T08:00:00.000Z"],
    ["the second Monday", "cron(0 8 ? * 2#2 *)", "2026-03-01T00:00:00Z", "2026-03-09T08:00:00.000Z"],
    ["in named months and a year", "cron(0 0 1 JAN,JUL ? 2027)", "2026-03-01T00:00:00Z", "2027-01-01T00:00:00.000Z"],
  ])("%s", (_, expression, after, due) => {
    expect(next(expression, after)).toBe(due);
  });

  it("follows a time zone over the change of its clocks", () => {
    expect(next("cron(30 6 * * ? *)", "2026-03-28T00:00:00Z", "Europe/Berlin")).toBe("2026-03-28T05:30:00.000Z");
    expect(next("cron(30 6 * * ? *)", "2026-03-28T12:00:00Z", "Europe/Berlin")).toBe("2026-03-29T04:30:00.000Z");
    expect([isTimeZone("Europe/Berlin"), isTimeZone("Europe/Nowhere")]).toEqual([true, false]);
  });

  it("never comes where its year is over", () => {
    expect(next("cron(0 5 ? * * 2020)", "2026-03-01T00:00:00Z")).toBeNull();
  });

  it.each([
    "rate(1 hour)",
    "cron(0 5 * * *)",
    "cron(0 5 * * * *)",
    "cron(0 5 ? * ? *)",
    "cron(61 5 ? * * *)",
    "cron(0 5 ? * XYZ *)",
    "",
  ])("is not %s", (expression) => {
    expect(parseAwsCron(expression)).toBeNull();
  });
});
