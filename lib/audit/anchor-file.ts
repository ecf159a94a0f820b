import "server-only";
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import type { TargetOf } from "./anchor-targets";
import { noteInFile } from "./verify.mjs";

/** Appends a head to a file and waits until the disk has it. A link in its place is not followed. */
export async function anchorInFile({ path }: TargetOf<"file">, note: string): Promise<Record<string, unknown>> {
  const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW } = constants;
  const file = await open(path, O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW, 0o600);
  try {
    const { size } = await file.stat();
    await file.writeFile(noteInFile(note));
    await file.sync();
    return { offset: size };
  } finally {
    await file.close();
  }
}
