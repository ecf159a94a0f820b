import { expect, inject, it } from "vitest";
import { type Ask, withProbe } from "./probe";

const url = new URL(inject("databaseAdminUrl"));
const reach = {
  host: url.hostname,
  port: Number(url.port),
  databaseName: url.pathname.slice(1),
  user: url.username,
  password: decodeURIComponent(url.password),
};
const asking = <T>(work: (ask: Ask) => Promise<T>) => withProbe(reach, work);

it.each([
  ["select 42", "42"],
  ["with n as (select 1 as one) select one + 1 from n;", "2"],
  ["select null", null],
  ["select '\\x00ff'::bytea", "\\x00ff"],
  [`select '{"a": 1}'::jsonb`, '{"a":1}'],
])("answers %s by one value as text", async (sql, value) => {
  expect(await asking((ask) => ask(sql))).toEqual({ ok: true, value });
});

it.each([
  ["several rows", "select generate_series(1, 50000000)", /several rows of 1/],
  ["no row", "select 1 where false", /0 rows of 1/],
  ["two statements", "select 1; select 2", /multiple commands/],
  ["a way out of the transaction", "select 1; commit; create table out_of_it (n int)", /multiple commands/],
  ["a change hidden in a query", "with gone as (delete from pg_class returning 1) select count(*) from gone", /\w/],
  ["something that is no query", "vacuum", /syntax error/],
])("refuses %s, and goes on asking", async (_, sql, message) => {
  const [refused, next] = await asking(async (ask) => [await ask(sql), await ask("select 'still here'")]);
  expect(refused).toMatchObject({ ok: false, message: expect.stringMatching(message) });
  expect(next).toEqual({ ok: true, value: "still here" });
});
