-- Approved changes of what rules the installation are applied by whoever holds the right to: the worker always, web only
-- where it makes the provider's calls itself. Where the worker alone dispatches, it holds every vote against its
-- signature first; what web hands over to it is a wish.

ALTER TYPE "change_state" ADD VALUE 'refused';

-- The proof its requester started it with, when that was handed to the worker, what was made ahead for it (never a
-- secret in the clear), and why the worker did not do it.
ALTER TABLE "change_requests" ADD COLUMN "start_grant_id" UUID;
ALTER TABLE "change_requests" ADD COLUMN "handed_over_at" TIMESTAMPTZ(3);
ALTER TABLE "change_requests" ADD COLUMN "prepared" JSONB;
ALTER TABLE "change_requests" ADD COLUMN "failure" TEXT;
CREATE UNIQUE INDEX "change_requests_start_grant_id_key" ON "change_requests"("start_grant_id");
ALTER TABLE "change_requests" ADD CONSTRAINT "change_requests_start_grant_id_fkey" FOREIGN KEY ("start_grant_id") REFERENCES "step_up_grants"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
CREATE INDEX "change_requests_handed_over" ON "change_requests"("handed_over_at") WHERE "state" = 'waiting' AND "handed_over_at" IS NOT NULL;

-- What was signed when a vote was given away, word for word, so that the signature can be checked.
ALTER TABLE "approval_delegations" ADD COLUMN "canonical" TEXT;

-- Marks a change as applied, in the transaction that applies it. The right to call this is the right to apply.
CREATE FUNCTION apply_change(change uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE change_requests c SET state = 'applied' WHERE c.id = change AND c.state = 'waiting';
  IF NOT found THEN RAISE EXCEPTION 'a change ends once' USING errcode = '23514'; END IF;
END $$;
REVOKE ALL ON FUNCTION apply_change(uuid) FROM PUBLIC;

-- Whether whoever is connected may apply what was approved.
CREATE FUNCTION may_apply() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT has_function_privilege(session_user, 'apply_change(uuid)', 'execute')
$$;

-- Every guard of what an approved change may do goes by this: it stands only for whoever may apply it.
CREATE OR REPLACE FUNCTION change_stands(change uuid, wanted text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT may_apply() AND EXISTS (SELECT 1 FROM change_requests c JOIN approval_requests a ON a.id = c.approval_id
    WHERE c.id = change AND c.action = wanted AND c.state = 'waiting' AND a.state = 'approved' AND has_quorum(a) AND a.not_before <= now() AND now() < a.execute_before)
$$;

CREATE OR REPLACE FUNCTION guard_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF tg_op = 'INSERT' THEN
    IF new.state <> 'waiting' OR (new.start_grant_id, new.handed_over_at, new.prepared, new.failure) IS DISTINCT FROM (NULL, NULL, NULL, NULL) THEN
      RAISE EXCEPTION 'a change begins as waiting' USING errcode = '23514';
    END IF;
    RETURN new;
  END IF;
  IF (new.id, new.handle, new.action, new.params, new.requested_by_id, new.approval_id, new.created_at)
     IS DISTINCT FROM (old.id, old.handle, old.action, old.params, old.requested_by_id, old.approval_id, old.created_at) THEN
    RAISE EXCEPTION 'a change stays as it was asked for' USING errcode = '23514';
  END IF;
  IF (new.*) IS NOT DISTINCT FROM (old.*) THEN RETURN new; END IF;
  IF old.state <> 'waiting' THEN RAISE EXCEPTION 'a change ends once' USING errcode = '23514'; END IF;
  IF old.state = new.state THEN RETURN new; END IF;
  IF new.state = 'applied' AND NOT change_stands(new.id, new.action) THEN
    RAISE EXCEPTION 'this change is not approved, or not yours to apply' USING errcode = '23514';
  END IF;
  IF new.state = 'refused' AND NOT may_apply() THEN
    RAISE EXCEPTION 'this change is not yours to refuse' USING errcode = '23514';
  END IF;
  new.state_at := now();
  RETURN new;
END $$;

-- A delegation is proved by whoever gives their vote away: just now, or when they started the change that allows it.
CREATE OR REPLACE FUNCTION guard_delegation() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF tg_op = 'UPDATE' THEN
    IF old.revoked_at IS NOT NULL THEN RAISE EXCEPTION 'a vote that was taken back is given anew, never again' USING errcode = '23514'; END IF;
    RETURN new;
  END IF;
  IF NOT EXISTS (SELECT 1 FROM step_up_grants g WHERE g.id = new.grant_id AND g.user_id = new.delegator_id
    AND (g.op = 'approval.delegate' AND g.consumed_at > now() - interval '1 second'
      OR g.op = 'change.apply' AND g.consumed_at IS NOT NULL AND change_stands(g.subject_id, 'approval.delegate'))) THEN
    RAISE EXCEPTION 'a delegation needs its own proof of presence' USING errcode = '23514';
  END IF;
  IF new.covers_level_zero AND is_governed() AND NOT EXISTS (SELECT 1 FROM change_requests c WHERE c.requested_by_id = new.delegator_id
    AND c.params->>'delegateId' = new.delegate_id::text AND change_stands(c.id, 'approval.delegate')) THEN
    RAISE EXCEPTION 'a vote on the gravest level is given away by an approved change alone' USING errcode = '23514';
  END IF;
  new.created_at := now(); new.valid_from := greatest(new.valid_from, now()); new.revoked_at := NULL;
  RETURN new;
END $$;
CREATE TRIGGER approval_delegations_stay_ended BEFORE UPDATE ON approval_delegations FOR EACH ROW EXECUTE FUNCTION guard_delegation();

-- A place that was taken off the isolated ones comes back as a new one, by a new change.
CREATE FUNCTION guard_place_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF old.removed_at IS NOT NULL THEN RAISE EXCEPTION 'a place is called isolated anew, never again' USING errcode = '23514'; END IF;
  RETURN new;
END $$;
CREATE TRIGGER isolated_places_stay_ended BEFORE UPDATE ON isolated_places FOR EACH ROW EXECUTE FUNCTION guard_place_end();

-- Whoever was shut out comes back by a change that stands, with whatever roles they had.
CREATE FUNCTION guard_return() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF is_governed() AND NOT EXISTS (SELECT 1 FROM change_requests c WHERE c.params->>'personId' = new.id::text AND change_stands(c.id, 'person.enable')) THEN
    RAISE EXCEPTION 'somebody is let in again by an approved change alone' USING errcode = '23514';
  END IF;
  RETURN new;
END $$;
CREATE TRIGGER users_return BEFORE UPDATE OF status ON users FOR EACH ROW WHEN (old.status = 'disabled' AND new.status <> 'disabled') EXECUTE FUNCTION guard_return();

-- A code by which somebody replaces password and factors comes from whoever may apply changes, and stays what it was.
CREATE FUNCTION guard_code() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF tg_op = 'INSERT' THEN
    IF is_governed() AND NOT may_apply() THEN
      RAISE EXCEPTION 'an enrolment code comes of an approved change alone' USING errcode = '23514';
    END IF;
    RETURN new;
  END IF;
  IF (new.id, new.user_id, new.code_hash, new.created_at) IS DISTINCT FROM (old.id, old.user_id, old.code_hash, old.created_at)
     OR new.expires_at > old.expires_at OR (old.used_at IS NOT NULL AND new.used_at IS DISTINCT FROM old.used_at) THEN
    RAISE EXCEPTION 'a code is for one person, once' USING errcode = '23514';
  END IF;
  RETURN new;
END $$;
CREATE TRIGGER enrollment_codes_guard BEFORE INSERT OR UPDATE ON enrollment_codes FOR EACH ROW EXECUTE FUNCTION guard_code();

-- What a claim of the identity provider is worth comes of a change that stands.
CREATE FUNCTION guard_mapping() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF tg_op = 'UPDATE' THEN RAISE EXCEPTION 'a mapping is made anew, never changed' USING errcode = '23514'; END IF;
  IF is_governed() AND NOT EXISTS (SELECT 1 FROM change_requests c WHERE c.params->>'role' = new.role::text AND c.params->>'value' = new.value
    AND change_stands(c.id, 'role.map')) THEN
    RAISE EXCEPTION 'a claim is worth a role by an approved change alone' USING errcode = '23514';
  END IF;
  RETURN new;
END $$;
CREATE TRIGGER idp_role_map_guard BEFORE INSERT OR UPDATE ON idp_role_map FOR EACH ROW EXECUTE FUNCTION guard_mapping();

-- Lifting a freeze and connecting an account are never asked at the level that takes one-time codes.
CREATE OR REPLACE FUNCTION change_floor(action text, params jsonb) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE
    WHEN action IN ('role.give', 'role.map', 'person.invite') THEN CASE
      WHEN params->>'role' IN ('approver', 'security_approver', 'administrator', 'break_glass') THEN 0
      WHEN params->>'role' = 'operator' THEN 1 ELSE 2 END
    WHEN action IN ('approval.policy', 'installation.single_operator', 'approval.place.add', 'approval.delegate') THEN 0
    WHEN action IN ('person.reissue', 'person.link_identity', 'freeze.release', 'connection.create') THEN 1
    ELSE 2 END
$$;

DO $$
DECLARE kind text; name text;
BEGIN
  FOREACH kind IN ARRAY ARRAY['app', 'worker'] LOOP
    name := format('holdfast_%s_%s', kind, current_database());
    EXECUTE format('GRANT UPDATE (start_grant_id, handed_over_at, prepared, failure) ON change_requests TO %I', name);
    -- The policy in force is found by its name: nobody who runs renames one.
    EXECUTE format('REVOKE UPDATE ON approval_policies FROM %I', name);
  END LOOP;
  name := format('holdfast_worker_%s', current_database());
  EXECUTE format('GRANT EXECUTE ON FUNCTION apply_change(uuid) TO %I', name);
  EXECUTE format('GRANT INSERT ON idp_role_map TO %I', name);
END $$;
