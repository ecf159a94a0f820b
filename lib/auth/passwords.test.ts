import { dictionary } from "@zxcvbn-ts/language-common";
import { expect, it } from "vitest";
import { faultOf, fitsPassword, hashPassword } from "./passwords";

const listed = dictionary["passwords-common"].find(({ length }) => length >= 15);

it.each([
  ["fourteen characters", "abcd efgh ijkl", /at least 15/],
  ["257 characters", `${"ab1-".repeat(64)}x`, /at most 256/],
  ["a listed one", listed ?? "", /lists/],
  ["a listed one in capitals with signs around it", "2026!PASSWORD!2026", /lists/],
  ["one letter over and over", "aaaaaaaaaaaaaaaa", /repeats/],
  ["one word over and over", "lanternlanternlant", /repeats/],
  ["the digits in order", "123456789012345", /walks/],
  ["a walk over two rows of keys", "qwertyuiopasdfghjkl", /walks/],
  ["a walk back along the alphabet", "zyxwvutsrqponmlk", /walks/],
  ["digits beside a row of keys", "1234567890qwertyuiop", /walks|lists/],
  ["two rows of keys by turns", "1q2w3e4r5t6y7u8i9o", /walks/],
  ["two listed words", "administrator-sunshine", /two words/],
  ["two listed words with digits behind", "welcome-football2026", /two words/],
  ["mostly one's own name", "margarethe.fischer1", /your name/],
  ["mostly the product's name", "holdfastholdfast1", /your name/],
])("refuses %s", (_, password, fault) => {
  expect(faultOf(password, ["lena@example.test", "Margarethe Fischer"])).toMatch(fault);
});

it("knows enough passwords to be of use", () => {
  expect(dictionary["passwords-common"].length + dictionary["diceware-common"].length).toBeGreaterThan(50_000);
});

it.each(["correct horse battery staple", "a small boat at sea", "grey boat a sea", "Ünïcödé ist länger"])(
  "takes %s",
  (password) => {
    expect(faultOf(password, ["lena@example.test", "Lena Fischer"])).toBeNull();
  },
);

it("fits the password that was hashed, in either form of its letters, and no other", { timeout: 60_000 }, async () => {
  const kept = await hashPassword("café on the harbour");
  expect(kept).toMatch(/^\$argon2id\$m=65536,t=3,p=1\$/);
  expect(await fitsPassword("cafe\u0301 on the harbour", kept)).toBe(true);
  expect(await fitsPassword("café on the harbor", kept)).toBe(false);
  expect(await fitsPassword("anything at all here", null)).toBe(false);
  expect(await fitsPassword("café on the harbour", "$argon2id$broken")).toBe(false);
});
