import "server-only";
import { log } from "@/lib/platform/log";
import { redact } from "@/lib/platform/log-lines";
import { type AnchorTarget, targetName } from "./anchor-targets";
import { isAnchorDue, retryAfterSeconds } from "./rules";
import { sealerPool } from "./seal";

/** How a head is put at a target; answers what the target said of it. */
export type Deliver = (target: AnchorTarget, note: string) => Promise<Record<string, unknown>>;

type Standing = {
  size: string | null;
  note: string;
  urgent_size: string | null;
  anchored_size: string | null;
  anchored_at: Date | null;
  next_try_at: Date;
  failures: number;
  now: Date;
};

/** Targets of today are there with their history; those no longer named stay, and rest. */
async function enrol(targets: readonly AnchorTarget[]): Promise<void> {
  const kinds = targets.map(({ kind }) => kind);
  const names = targets.map(targetName);
  await sealerPool().query(
    `with named as (select * from unnest($1::text[], $2::text[]) as n (kind, target)),
      added as (insert into audit_anchor_targets (kind, target) select kind, target from named
        on conflict (kind, target) do update set active = true where not audit_anchor_targets.active)
     update audit_anchor_targets t set active = false
     where t.active and not exists (select 1 from named n where n.kind = t.kind and n.target = t.target)`,
    [kinds, names],
  );
}

async function standingOf(target: AnchorTarget): Promise<Standing | null> {
  const { rows } = await sealerPool().query<Standing>(
    `select c.size, c.note, (select max(u.size) from audit_checkpoints u where u.urgent) as urgent_size,
       t.anchored_size, t.anchored_at, t.next_try_at, t.failures, now() as now
     from audit_anchor_targets t
     left join lateral (select size, note from audit_checkpoints order by size desc limit 1) c on true
     where t.kind = $1 and t.target = $2`,
    [target.kind, targetName(target)],
  );
  return rows[0] ?? null;
}

const numberOf = (text: string | null) => (text === null ? null : Number(text));

const isDue = (standing: Standing) =>
  standing.next_try_at <= standing.now &&
  isAnchorDue({
    headSize: numberOf(standing.size),
    urgentSize: numberOf(standing.urgent_size),
    anchoredSize: numberOf(standing.anchored_size),
    ageSeconds: standing.anchored_at ? (standing.now.getTime() - standing.anchored_at.getTime()) / 1_000 : null,
  });

async function writeReceipt(target: AnchorTarget, size: number, receipt: Record<string, unknown>): Promise<void> {
  const [kind, name] = [target.kind, targetName(target)];
  await sealerPool().query(
    `with written as (insert into audit_anchors (checkpoint_size, kind, target, receipt) values ($1, $2, $3, $4))
     update audit_anchor_targets set failures = 0, last_error = null, tried_at = now(), anchored_at = now(),
       anchored_size = $1, next_try_at = now() where kind = $2 and target = $3`,
    [size, kind, name, JSON.stringify(receipt)],
  );
}

async function writeFailure(target: AnchorTarget, failures: number, error: unknown): Promise<void> {
  const words = redact(error instanceof Error ? error.message : String(error)).slice(0, 300);
  const name = targetName(target);
  log.warn({ anchor: `${target.kind} ${name}`, failures, reason: words }, "an anchor failed");
  await sealerPool().query(
    `update audit_anchor_targets set failures = $3, last_error = $4, tried_at = now(),
       next_try_at = now() + make_interval(secs => $5) where kind = $1 and target = $2`,
    [target.kind, name, failures, words, retryAfterSeconds(failures)],
  );
}

async function anchorAt(target: AnchorTarget, deliver: Deliver): Promise<void> {
  const standing = await standingOf(target);
  if (!standing || !isDue(standing)) return;
  try {
    const receipt = await deliver(target, standing.note);
    await writeReceipt(target, Number(standing.size), { note: standing.note, ...receipt });
  } catch (error) {
    await writeFailure(target, standing.failures + 1, error);
  }
}

/**
 * Puts the newest head at every target where it is due: after ten minutes with something new, at once after a restore
 * at level 0, and once a day in any case. A target that fails is tried again with growing pauses and holds up no other.
 */
export async function anchorHeads(targets: readonly AnchorTarget[], deliver: Deliver): Promise<void> {
  await enrol(targets);
  await Promise.all(targets.map((target) => anchorAt(target, deliver)));
}
