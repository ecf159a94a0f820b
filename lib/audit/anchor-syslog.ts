import "server-only";
import { readFile } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import tls from "node:tls";
import { seconds } from "@/lib/core/time";
import type { TargetOf } from "./anchor-targets";
import { readCheckpoint } from "./verify.mjs";

const patienceMs = seconds(10);

/** Facility "log audit", severity "notice". */
const priority = 13 * 8 + 5;

const ascii = (text: string) =>
  text.replaceAll(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);

const paramText = (text: string) => text.replaceAll(/["\\\]]/g, "\\$&");

/** One RFC 5424 message with the head in it; the note is JSON in plain ASCII, so that no receiver alters it. */
export function syslogMessage(note: string, at: Date): string {
  const { origin, size, root } = readCheckpoint(note);
  const data = `[checkpoint@32473 origin="${paramText(origin)}" size="${size}" root="${root.toString("base64")}"]`;
  const host =
    os
      .hostname()
      .replaceAll(/[^\x21-\x7e]/g, "-")
      .slice(0, 255) || "-";
  return `<${priority}>1 ${at.toISOString()} ${host} holdfast ${process.pid} audit-checkpoint ${data} ${ascii(JSON.stringify({ note }))}`;
}

async function connect({ host, port, tls: encrypted, caFile }: TargetOf<"syslog">): Promise<net.Socket> {
  if (!encrypted) return net.connect({ host, port });
  const trusted = caFile === undefined ? {} : { ca: await readFile(caFile) };
  return tls.connect({
    host,
    port,
    minVersion: "TLSv1.2",
    ...(net.isIP(host) ? {} : { servername: host }),
    ...trusted,
  });
}

/** Sends a head to a syslog receiver, framed by its length (RFC 5425). TCP took it; more a receiver does not say. */
export async function anchorInSyslog(target: TargetOf<"syslog">, note: string): Promise<Record<string, unknown>> {
  const message = Buffer.from(syslogMessage(note, new Date()));
  const socket = await connect(target);
  return new Promise((resolve, reject) => {
    const end = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    socket.setTimeout(patienceMs, () => end(new Error(`No answer within ${patienceMs / 1_000} s.`)));
    socket.once("error", end);
    socket.once("close", () => resolve({ bytes: message.length }));
    socket.once(target.tls ? "secureConnect" : "connect", () => {
      socket.end(Buffer.concat([Buffer.from(`${message.length} `), message]));
      socket.resume();
    });
  });
}
