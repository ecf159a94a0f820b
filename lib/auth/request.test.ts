import { expect, it } from "vitest";
import { addressOf, labelOf, prefixOf } from "./request";

it.each([
  ["no proxy is trusted", "203.0.113.9", 0, null],
  ["there is no header", null, 1, null],
  ["one proxy wrote the last entry", "10.0.0.1, 203.0.113.9", 1, "203.0.113.9"],
  ["two proxies wrote the last two", "6.6.6.6, 203.0.113.9, 10.1.1.1", 2, "203.0.113.9"],
  ["there are fewer entries than proxies", "203.0.113.9", 2, null],
  ["the entry is no address", "nonsense", 1, null],
] as const)("believes an address only from a trusted proxy: %s", (_, header, hops, address) => {
  expect(addressOf(header, hops)).toBe(address);
});

it.each([
  ["203.0.113.9", "203.0.113.0/24"],
  ["::ffff:203.0.113.9", "203.0.113.0/24"],
  ["2001:db8:1:2::5", "2001:db8:1::/48"],
  ["2001:0DB8::1", "2001:db8:0::/48"],
  [null, null],
] as const)("keeps of %s only the network %s", (address, prefix) => {
  expect(prefixOf(address)).toBe(prefix);
});

it("names browsers as their owners know them", () => {
  expect(labelOf("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36")).toBe(
    "Chrome on Linux",
  );
  expect(labelOf("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1")).toBe(
    "Safari on iPhone",
  );
  expect(labelOf("curl/8")).toBe("A browser");
});
