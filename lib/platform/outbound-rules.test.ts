import { describe, expect, it } from "vitest";
import { addressTrouble, type OutboundPolicy, parseExceptions, urlTrouble } from "./outbound-rules";

const strict: OutboundPolicy = { loopback: false, exceptions: [], database: { host: "db.example", port: 5_432 } };
const demo: OutboundPolicy = { loopback: true, exceptions: [], database: { host: "127.0.0.1", port: 5_432 } };
const opened: OutboundPolicy = {
  ...strict,
  exceptions: parseExceptions("10.20.0.0/16:443, 192.168.7.9:9000, [fd12:3456::/32]:8443, 0.0.0.0/0:443, [::/0]:443"),
};

const machine = /this very machine/;
const metadata = /never called/;
const isPrivate = /private and special/;

describe("an address that is written as a number", () => {
  it.each([
    ["https://127.0.0.1/", machine],
    ["https://127.1/", machine],
    ["https://2130706433/", machine],
    ["https://0x7f.1/", machine],
    ["https://0x7f000001/", machine],
    ["https://0177.0.0.1/", machine],
    ["https://127.0.0.1./", machine],
    ["https://[::1]/", machine],
    ["https://[0:0:0:0:0:0:0:1]/", machine],
    ["https://[::ffff:127.0.0.1]/", machine],
    ["https://[::ffff:7f00:1]/", machine],
    ["https://[::7f00:1]/", isPrivate],
    ["https://[64:ff9b::7f00:1]/", isPrivate],
    ["https://[2002:7f00:1::]/", isPrivate],
    ["https://[2001:0:7f00:1::]/", isPrivate],
    ["https://0.0.0.0/", metadata],
    ["https://[::]/", metadata],
    ["https://169.254.169.254/latest/meta-data/", metadata],
    ["https://0xa9fea9fe/", metadata],
    ["https://[::ffff:a9fe:a9fe]/", metadata],
    ["https://[fd00:ec2::254]/", metadata],
    ["https://[fe80::1]/", metadata],
    ["https://100.100.100.200/", metadata],
    ["https://168.63.129.16/", metadata],
    ["https://224.0.0.1/", metadata],
    ["https://255.255.255.255/", metadata],
    ["https://10.0.0.1/", isPrivate],
    ["https://172.16.0.1/", isPrivate],
    ["https://172.31.255.255/", isPrivate],
    ["https://192.168.1.1/", isPrivate],
    ["https://100.64.0.1/", isPrivate],
    ["https://198.18.0.1/", isPrivate],
    ["https://203.0.113.7/", isPrivate],
    ["https://[fc00::1]/", isPrivate],
    ["https://[2001:db8::1]/", isPrivate],
  ])("%s is refused", (url, says) => expect(urlTrouble(url, strict)).toMatch(says));

  it.each([
    "https://8.8.8.8/",
    "https://172.32.0.1/",
    "https://100.128.0.1/",
    "https://[2606:4700::1111]/",
    "https://[::ffff:8.8.8.8]/",
    "https://8.8.8.8:8443/",
  ])("%s is called", (url) => expect(urlTrouble(url, strict)).toBeNull());
});

describe("an address that is written in words", () => {
  it.each([
    ["hooks.example.com", /in full/],
    ["http://hooks.example.com/", /Only https/],
    ["ftp://hooks.example.com/", /Only https/],
    ["file:///etc/passwd", /Only https/],
    ["https://user:secret@hooks.example.com/", /no user or password/],
    ["https://user@hooks.example.com/", /no user or password/],
    ["https://localhost/", machine],
    ["https://LOCALHOST./", machine],
    ["https://any.localhost/", machine],
    ["https://hooks.example.com:22/", /Port 22/],
    ["https://hooks.example.com:80/", /Port 80/],
    ["https://db.example/", /database/],
    ["https://db.example.:8443/", /database/],
  ])("%s is refused", (url, says) => expect(urlTrouble(url, strict)).toMatch(says));

  it.each(["https://hooks.example.com/", "https://hooks.example.com:8443/a?b=c"])("%s may be looked up", (url) =>
    expect(urlTrouble(url, strict)).toBeNull(),
  );
});

describe("the demo", () => {
  it.each(["http://127.0.0.1:4566/", "http://localhost:4566/", "https://[::1]:9/"])("calls %s", (url) =>
    expect(urlTrouble(url, demo)).toBeNull(),
  );
  it.each([
    ["http://127.0.0.1:5432/", /database/],
    ["http://192.168.1.1/", /Only https/],
    ["https://169.254.169.254/", metadata],
    ["https://10.0.0.1/", isPrivate],
  ])("does not call %s", (url, says) => expect(urlTrouble(url, demo)).toMatch(says));
});

describe("an exception", () => {
  it.each([
    ["10.20.3.4", 443],
    ["192.168.7.9", 9_000],
    ["::ffff:192.168.7.9", 9_000],
    ["fd12:3456::9", 8_443],
  ])("opens %s at port %d", (address, port) => expect(addressTrouble(address, port, opened)).toBeNull());
  it.each([
    ["10.20.3.4", 8_443, isPrivate],
    ["192.168.7.8", 9_000, isPrivate],
    ["8.8.8.8", 9_000, /Port 9000/],
    ["127.0.0.1", 443, machine],
    ["::1", 443, machine],
    ["::ffff:127.0.0.1", 443, machine],
    ["169.254.169.254", 443, metadata],
    ["fd00:ec2::254", 443, metadata],
    ["fe80::1%eth0", 443, metadata],
  ])("does not open %s at port %d", (address, port, says) =>
    expect(addressTrouble(address, port, opened)).toMatch(says),
  );
  it.each(["10.0.0.0/8", "10.0.0.0/33:443", "10.0.0/8:443", "hooks.example:443", "10.0.0.0/8:70000", "10.0.0.0/8:0"])(
    'is not written "%s"',
    (text) => expect(() => parseExceptions(text)).toThrow("HOLDFAST_OUTBOUND_ALLOW"),
  );
});
