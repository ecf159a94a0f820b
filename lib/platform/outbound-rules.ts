import { BlockList, isIP } from "node:net";

/** An address range and port of one's own network that an administrator has opened for outgoing calls. */
export type OutboundException = { range: BlockList; port: number };

export type OutboundPolicy = {
  /** The demo and the tests call servers on this very machine, over http too. */
  loopback: boolean;
  exceptions: readonly OutboundException[];
  /** Where the database listens: no outgoing call ends there. */
  database: { host: string; port: number } | null;
};

const listOf = (...ranges: string[]): BlockList => {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = "", bits = ""] = range.split("/");
    list.addSubnet(network, Number(bits), isIP(network) === 6 ? "ipv6" : "ipv4");
  }
  return list;
};

const loopback = listOf("127.0.0.0/8", "::1/128");

/** No exception opens these: this machine, link-local and cloud metadata services, and what is no single machine. */
const never = listOf(
  "0.0.0.0/8",
  "100.100.100.200/32",
  "168.63.129.16/32",
  "169.254.0.0/16",
  "192.0.0.192/32",
  "224.0.0.0/4",
  "240.0.0.0/4",
  "::/128",
  "fd00:ec2::/32",
  "fe80::/10",
  "ff00::/8",
);

/**
 * IANA's special-purpose ranges, and the IPv6 ranges that wrap an IPv4 address. `::ffff:0:0/96` is left out on purpose:
 * BlockList would then refuse every IPv4 address, and it matches mapped addresses against the IPv4 ranges by itself.
 */
const special = listOf(
  "10.0.0.0/8",
  "100.64.0.0/10",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.31.196.0/24",
  "192.52.193.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "192.175.48.0/24",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "::/96",
  "64:ff9b::/96",
  "64:ff9b:1::/48",
  "100::/64",
  "100:0:0:1::/64",
  "2001::/23",
  "2001:db8::/32",
  "2002::/16",
  "2620:4f:8000::/48",
  "3fff::/20",
  "5f00::/16",
  "fc00::/7",
  "fec0::/10",
);

const openPorts: readonly number[] = [443, 8443];

const familyOf = (address: string) => (isIP(address) === 6 ? "ipv6" : "ipv4");
const within = (list: BlockList, address: string) => list.check(address, familyOf(address));

/** A host as URL writes it, without the brackets of IPv6, a zone, or the dot at the end of a full name. */
export const bareHost = (hostname: string): string =>
  hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, "")
    .replace(/%.*$/, "")
    .replace(/\.+$/, "");

const isLoopbackName = (host: string) => host === "localhost" || host.endsWith(".localhost");
const isLoopbackHost = (host: string) => isLoopbackName(host) || (isIP(host) !== 0 && within(loopback, host));

const isOpened = ({ exceptions }: OutboundPolicy, address: string, port: number) =>
  exceptions.some((exception) => exception.port === port && within(exception.range, address));

/** Why no call may end at this address and port; null when one may. */
export function addressTrouble(address: string, port: number, policy: OutboundPolicy): string | null {
  const bare = bareHost(address);
  if (isIP(bare) === 0) return "The name does not stand for an address.";
  if (policy.database && bare === policy.database.host && port === policy.database.port)
    return "This is where Holdfast's own database listens.";
  if (within(loopback, bare)) return policy.loopback ? null : "Addresses of this very machine are not called.";
  if (within(never, bare)) return "Link-local, metadata and broadcast addresses are never called.";
  if (isOpened(policy, bare, port)) return null;
  if (within(special, bare))
    return "Addresses of private and special networks are called only where HOLDFAST_OUTBOUND_ALLOW lists them.";
  return openPorts.includes(port) ? null : `Port ${port} is not among 443 and 8443.`;
}

/** Whether a port may be called at all, before it is known which address a name stands for. */
const portTrouble = (host: string, port: number, policy: OutboundPolicy): string | null => {
  const reachable =
    openPorts.includes(port) ||
    policy.exceptions.some((exception) => exception.port === port) ||
    (policy.loopback && isLoopbackHost(host));
  return reachable ? null : `Port ${port} is not among 443 and 8443.`;
};

/** Why an address may not be called, judged by its text alone; null when its name has to be looked up to know. */
export function urlTrouble(text: string, policy: OutboundPolicy): string | null {
  if (!URL.canParse(text)) return "Write the address in full, such as https://hooks.example.com/path.";
  const url = new URL(text);
  const host = bareHost(url.hostname);
  if (url.username || url.password) return "An address carries no user or password.";
  if (url.protocol !== "https:" && !(url.protocol === "http:" && policy.loopback && isLoopbackHost(host)))
    return "Only https:// addresses are called.";
  if (policy.database && host === policy.database.host && !isLoopbackHost(host))
    return "This is where Holdfast's own database listens.";
  if (isLoopbackName(host) && !policy.loopback) return "Addresses of this very machine are not called.";
  const port = portOf(url);
  return isIP(host) === 0 ? portTrouble(host, port, policy) : addressTrouble(host, port, policy);
}

/** The port that an address means. */
export const portOf = (url: URL): number =>
  url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);

const entryShape = /^\[?([\da-f:.]+?)(?:\/(\d{1,3}))?\]?:(\d{1,5})$/i;

/** Reads "10.20.0.0/16:443, [fd12:3456::/32]:8443". Throws for what is no such list, so that no typing error opens a network. */
export function parseExceptions(text: string): OutboundException[] {
  return text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "")
    .map(parseException);
}

function parseException(entry: string): OutboundException {
  const [, network = "", bits, port = ""] = entryShape.exec(entry) ?? [];
  const family = isIP(network);
  const widest = family === 6 ? 128 : 32;
  const prefix = bits === undefined ? widest : Number(bits);
  const portNumber = Number(port);
  if (family === 0 || prefix > widest || portNumber < 1 || portNumber > 65_535)
    throw new Error(`HOLDFAST_OUTBOUND_ALLOW: "${entry}" is not a range and port such as 10.20.0.0/16:443.`);
  return { range: listOf(`${network}/${prefix}`), port: portNumber };
}
