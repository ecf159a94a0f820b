import "server-only";
import { db } from "@/lib/platform/db";

/** How many rows one sweep takes from a table at most: what is left waits for the next. */
const batch = 5_000;

export type Swept = {
  sessions: number;
  challenges: number;
  grants: number;
  limits: number;
  locks: number;
  factors: number;
  logoutTokens: number;
  notifications: number;
};

/**
 * Takes away what signing in leaves behind and nobody needs any more. A person keeps their latest session, since it
 * says when they were seen last; a grant that a vote refers to stays as long as the vote.
 */
export async function sweepIdentity(): Promise<Swept> {
  const sessions = await db.$executeRaw`
    delete from sessions where id in (
      select s.id from sessions s
      where s.expires_at < now() - interval '30 days'
        and (s.aal < 2 or exists (select 1 from sessions later
          where later.user_id = s.user_id and later.aal >= 2 and later.last_seen_at > s.last_seen_at))
      limit ${batch}::int)`;
  const challenges = await db.$executeRaw`
    delete from auth_challenges where id in (
      select id from auth_challenges where expires_at < now() - interval '1 day' limit ${batch}::int)`;
  const grants = await db.$executeRaw`
    delete from step_up_grants where id in (
      select g.id from step_up_grants g
      where g.expires_at < now() - (case when g.consumed_at is null then interval '1 day' else interval '90 days' end)
        and not exists (select 1 from approval_votes v where v.grant_id = g.id)
        and not exists (select 1 from approval_delegations d where d.grant_id = g.id)
        and not exists (select 1 from change_requests c where c.start_grant_id = g.id)
        and g.op <> 'approval.break_glass'
        and not exists (select 1 from approval_review_voices r where r.grant_id = g.id)
        and not exists (select 1 from approval_drill_answers a where a.grant_id = g.id)
      limit ${batch}::int)`;
  const limits = await db.$executeRaw`
    delete from rate_limits where (key, window_start) in (
      select key, window_start from rate_limits
      where window_start < now() - interval '1 day' or window_start > now() + interval '1 day' limit ${batch}::int)`;
  const locks = await db.$executeRaw`
    delete from factor_locks where user_id in (
      select user_id from factor_locks
      where window_start < now() - interval '7 days' and (locked_until is null or locked_until < now())
      limit ${batch}::int)`;
  const factors = await db.$executeRaw`
    delete from factors where id in (
      select id from factors where confirmed_at is null and created_at < now() - interval '1 day' limit ${batch}::int)`;
  const logoutTokens = await db.$executeRaw`
    delete from idp_logout_tokens where token_hash in (
      select token_hash from idp_logout_tokens where expires_at < now() limit ${batch}::int)`;
  const notifications = await db.$executeRaw`
    delete from notifications where id in (
      select id from notifications
      where read_at < now() - interval '90 days' or created_at < now() - interval '365 days' limit ${batch}::int)`;
  return { sessions, challenges, grants, limits, locks, factors, logoutTokens, notifications };
}
