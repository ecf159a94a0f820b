import "server-only";
import { anchorHeads, type Deliver } from "@/lib/audit/anchor";
import { anchorInFile } from "@/lib/audit/anchor-file";
import { anchorInSyslog } from "@/lib/audit/anchor-syslog";
import { anchorTargets } from "@/lib/audit/anchor-targets";
import { anchorByWebhook } from "@/lib/audit/anchor-webhook";
import { readCheckpoint } from "@/lib/audit/verify.mjs";
import { env } from "@/lib/platform/env";
import { callOut } from "@/lib/platform/http-out";
import { putLocked } from "@/lib/providers/aws/object-lock";

/** Read when the worker starts: a list that cannot be used ends the start and says why. */
const targets = anchorTargets(env.HOLDFAST_AUDIT_ANCHORS);

const padded = (size: number) => String(size).padStart(12, "0");

const deliver: Deliver = async (target, note) => {
  if (target.kind === "file") return anchorInFile(target, note);
  if (target.kind === "syslog") return anchorInSyslog(target, note);
  if (target.kind === "s3") {
    const { origin, size } = readCheckpoint(note);
    const now = new Date();
    return putLocked(target, `${origin}/${padded(size)}-${now.toISOString()}.note`, note, now);
  }
  return anchorByWebhook(target, note, callOut);
};

/** Puts the newest head of the audit log out of our own reach, where the deployment names places for it. */
export const keepAnchors = (): Promise<void> => anchorHeads(targets, deliver);
