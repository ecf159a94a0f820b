/** One verb of the command line. */
export type Command = {
  summary: string;
  usage: string;
  /** Answers the process's exit code. */
  run(args: string[]): Promise<number>;
};

/** Something the person at the console can mend; its message says how. */
export class Trouble extends Error {
  override name = "Trouble";
}

/** One line to the person at the console. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** A TCP port from the command line. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Trouble(`"${text}" is not a port: give 1 to 65535.`);
  return port;
}
