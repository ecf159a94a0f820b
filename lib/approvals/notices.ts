import "server-only";
import { roles } from "@/lib/access/permissions";
import { type Notice, notify } from "@/lib/notifications/notify";
import type { Tx } from "@/lib/platform/db";
import type { HeldApproval } from "./held";
import { currentVotes, principalOf, totalVotes } from "./rules";
import { eligibleVoters } from "./voters";

type About = Pick<HeldApproval, "id" | "revision" | "requesterId" | "plan">;

const titleOf = ({ plan }: About) =>
  plan === null ? "a request" : "kind" in plan ? plan.title : `Restore ${plan.system.name}`;

async function wordsOf(tx: Tx, { id, revision }: About): Promise<string> {
  const wording = await tx.approvalRevision.findUnique({
    where: { requestId_revision: { requestId: id, revision } },
    select: { fingerprintWords: true },
  });
  return wording ? ` Fingerprint: ${wording.fingerprintWords.join(" ")}.` : "";
}

/** Tells people of one thing about a request, once for each wording: a link and the fingerprint, never a button. */
async function tell(
  tx: Tx,
  about: About,
  event: string,
  notice: Pick<Notice, "recipients" | "title" | "body" | "severity">,
): Promise<void> {
  await notify(tx, {
    ...notice,
    body: `${notice.body}${await wordsOf(tx, about)}`,
    kind: `approval.${event}`,
    dedupeKey: `${about.id}:${about.revision}:${event}`,
    href: `/approvals/${about.id}`,
  });
}

async function systemOf(tx: Tx, approvalId: string): Promise<string | null> {
  const restore = await tx.restoreRequest.findUnique({ where: { approvalId }, select: { systemId: true } });
  return restore?.systemId ?? null;
}

/** Whoever could still vote on the current wording. */
async function stillToVote(tx: Tx, approval: HeldApproval): Promise<string[]> {
  const voters = await eligibleVoters(tx, approval.requesterId, await systemOf(tx, approval.id));
  const voted = new Set(currentVotes(approval).flatMap((cast) => [cast.voterId, principalOf(cast)]));
  return voters.map(({ id }) => id).filter((id) => !voted.has(id));
}

const nameOf = async (tx: Tx, id: string) =>
  (await tx.user.findUnique({ where: { id }, select: { displayName: true } }))?.displayName ?? "Somebody";

/** A request was put before them. */
export async function tellAsked(tx: Tx, approval: HeldApproval): Promise<void> {
  await tell(tx, approval, "asked", {
    recipients: await stillToVote(tx, approval),
    title: `${await nameOf(tx, approval.requesterId)} asks: ${titleOf(approval)}`,
    body: `${totalVotes(approval.needed)} must agree. Silence never approves.`,
    severity: "info",
  });
}

/** What a vote led to: the requester hears the end of it, the others that one vote is left. */
export async function tellVoted(tx: Tx, approval: HeldApproval, state: string, reason: string): Promise<void> {
  const requester = [approval.requesterId];
  if (state === "approved")
    await tell(tx, approval, "approved", {
      recipients: requester,
      title: `Approved: ${titleOf(approval)}`,
      body: "You start it yourself, with another proof that it is you.",
      severity: "info",
    });
  if (state === "rejected")
    await tell(tx, approval, "rejected", {
      recipients: requester,
      title: `Refused: ${titleOf(approval)}`,
      body: `Because: ${reason}.`,
      severity: "warn",
    });
  const agreed = currentVotes(approval).filter(({ verdict }) => verdict === "approve").length + 1;
  if (state === "pending" && totalVotes(approval.needed) - agreed === 1)
    await tell(tx, approval, "one_left", {
      recipients: (await stillToVote(tx, approval)).filter((id) => id !== approval.requesterId),
      title: `One vote is left: ${titleOf(approval)}`,
      body: "All others that it needs have agreed.",
      severity: "info",
    });
}

/** A request was forced past its votes: everybody hears of it at once. */
export async function tellForced(tx: Tx, approval: HeldApproval, actorId: string, incidentRef: string): Promise<void> {
  await tell(tx, approval, "forced", {
    recipients: { roles },
    title: `Forced past its votes: ${titleOf(approval)}`,
    body: `${await nameOf(tx, actorId)} used break-glass for ${incidentRef}. Any approver may veto it until it has cooled down; two people review it within 24 hours.`,
    severity: "bad",
  });
}

/** The clock ended a request, or it waits again because votes on it no longer count. */
export async function tellOverdue(tx: Tx, approval: HeldApproval, to: "expired" | "pending"): Promise<void> {
  await tell(tx, approval, to === "expired" ? "expired" : "waits_again", {
    recipients:
      to === "expired" ? [approval.requesterId] : [approval.requesterId, ...(await stillToVote(tx, approval))],
    title: to === "expired" ? `Expired: ${titleOf(approval)}` : `Waits for a vote again: ${titleOf(approval)}`,
    body:
      to === "expired"
        ? "Nobody decided or started it in time. Ask again with the same plan if it is still needed."
        : "Somebody who voted may no longer do so.",
    severity: "warn",
  });
}

/**
 * The worker did not apply an approved change: its requester hears why, and so does whoever minds the votes. One whose
 * signatures do not hold is an alarm for everybody who rules or watches.
 */
export async function tellPutBack(
  tx: Tx,
  approval: HeldApproval,
  { forGood, reason, startGrantId }: { forGood: boolean; reason: string; startGrantId: string },
): Promise<void> {
  const notice = {
    title: `${forGood ? "Refused by the worker" : "Not applied"}: ${titleOf(approval)}`,
    body: forGood ? `${reason} Look into who could write to the database.` : `${reason} It can be started again.`,
    severity: forGood ? "bad" : "warn",
  } as const;
  const watchers: Notice["recipients"] = {
    roles: forGood ? ["administrator", "approver", "security_approver", "auditor"] : ["security_approver"],
  };
  for (const recipients of [[approval.requesterId], watchers])
    await tell(tx, approval, `put_back_${startGrantId}`, { ...notice, recipients });
}

/** Half of the time to decide is gone, or nine tenths of it. */
export async function tellReminder(tx: Tx, approval: HeldApproval, part: 50 | 90): Promise<void> {
  await tell(tx, approval, `reminder_${part}`, {
    recipients: await stillToVote(tx, approval),
    title: `Still waits: ${titleOf(approval)}`,
    body: `${part} % of the time to decide is gone; then it is refused.`,
    severity: part === 90 ? "warn" : "info",
  });
}

/** Somebody has to review what was forced; two hours before it is overdue they hear of it again. */
export async function tellReview(tx: Tx, approval: HeldApproval): Promise<void> {
  await tell(tx, approval, "review_due", {
    recipients: { roles: ["approver", "security_approver", "administrator"] },
    title: `Review what was forced: ${titleOf(approval)}`,
    body: "Two people other than those who asked and forced say whether it was in order.",
    severity: "warn",
  });
}
