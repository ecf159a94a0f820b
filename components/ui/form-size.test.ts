import { expect, it } from "vitest";
import { refuseTooLarge } from "./form-size";

const formOf = (fields: Record<string, string>) => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return form;
};

it.each([
  ["240,000 bytes", formOf({ reason: "x".repeat(240_000) }), null],
  ["one byte more", formOf({ reason: "x".repeat(240_001) }), "reason"],
  ["10 MB in one field of two", formOf({ name: "a", reason: "x".repeat(10_000_000) }), "reason"],
  ["bytes, not characters", formOf({ reason: "ü".repeat(120_001) }), "reason"],
])("a form of %s is refused by its largest field: %3$s", (_, form, field) => {
  const refused = refuseTooLarge(form);
  expect(refused && Object.keys(refused.fields ?? {})).toEqual(field === null ? null : [field]);
});
