-- Approvals to the full design: one engine for restores and for changes of what rules them, with its invariants here,
-- so that SQL by hand under a running role breaks none of them (security.md 3.3, appendix).

CREATE TYPE "change_state" AS ENUM ('waiting', 'applied', 'cancelled');
CREATE TYPE "review_state" AS ENUM ('due', 'completed', 'flagged');

-- A change of what rules the installation, as it was worded: applied only once its approval stands.
CREATE TABLE "change_requests" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "handle" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "params" JSONB NOT NULL,
    "requested_by_id" UUID NOT NULL,
    "approval_id" UUID NOT NULL,
    "state" "change_state" NOT NULL DEFAULT 'waiting',
    "state_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "change_requests_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "change_requests_handle_key" ON "change_requests"("handle");
CREATE UNIQUE INDEX "change_requests_approval_id_key" ON "change_requests"("approval_id");
CREATE INDEX "change_requests_state_idx" ON "change_requests"("state");
ALTER TABLE "change_requests" ADD CONSTRAINT "change_requests_requested_by_id_fkey" FOREIGN KEY ("requested_by_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "change_requests" ADD CONSTRAINT "change_requests_approval_id_fkey" FOREIGN KEY ("approval_id") REFERENCES "approval_requests"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- For a time, somebody votes in another's place.
CREATE TABLE "approval_delegations" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "delegator_id" UUID NOT NULL,
    "delegate_id" UUID NOT NULL,
    "group" TEXT NOT NULL,
    "covers_level_zero" BOOLEAN NOT NULL DEFAULT false,
    "reason" TEXT NOT NULL,
    "grant_id" UUID NOT NULL,
    "valid_from" TIMESTAMPTZ(3) NOT NULL,
    "valid_to" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "approval_delegations_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "approval_delegations_other" CHECK ("delegator_id" <> "delegate_id"),
    CONSTRAINT "approval_delegations_group" CHECK ("group" IN ('approver', 'security_approver')),
    CONSTRAINT "approval_delegations_boxed" CHECK ("valid_to" > "valid_from" AND "valid_to" - "valid_from" <= interval '14 days')
);
CREATE UNIQUE INDEX "approval_delegations_grant_id_key" ON "approval_delegations"("grant_id");
ALTER TABLE "approval_delegations" ADD CONSTRAINT "approval_delegations_grant_id_fkey" FOREIGN KEY ("grant_id") REFERENCES "step_up_grants"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
CREATE INDEX "approval_delegations_delegate_id_idx" ON "approval_delegations"("delegate_id");
CREATE INDEX "approval_delegations_delegator_id_idx" ON "approval_delegations"("delegator_id");
ALTER TABLE "approval_delegations" ADD CONSTRAINT "approval_delegations_delegator_id_fkey" FOREIGN KEY ("delegator_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "approval_delegations" ADD CONSTRAINT "approval_delegations_delegate_id_fkey" FOREIGN KEY ("delegate_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- A vote taken back: it stays written down and counts no more.
CREATE TABLE "approval_withdrawals" (
    "request_id" UUID NOT NULL,
    "revision" INTEGER NOT NULL,
    "voter_id" UUID NOT NULL,
    "reason" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "approval_withdrawals_pkey" PRIMARY KEY ("request_id", "revision", "voter_id")
);
ALTER TABLE "approval_withdrawals" ADD CONSTRAINT "approval_withdrawals_vote_fkey" FOREIGN KEY ("request_id", "revision", "voter_id") REFERENCES "approval_votes"("request_id", "revision", "voter_id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "approval_withdrawals" ADD CONSTRAINT "approval_withdrawals_request_id_fkey" FOREIGN KEY ("request_id") REFERENCES "approval_requests"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What was started past its votes is looked at afterwards by two other people.
CREATE TABLE "approval_reviews" (
    "request_id" UUID NOT NULL,
    "actor_id" UUID NOT NULL,
    "incident_ref" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "state" "review_state" NOT NULL DEFAULT 'due',
    "state_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "approval_reviews_pkey" PRIMARY KEY ("request_id"),
    CONSTRAINT "approval_reviews_reason" CHECK (char_length("reason") BETWEEN 30 AND 2000)
);
ALTER TABLE "approval_reviews" ADD CONSTRAINT "approval_reviews_request_id_fkey" FOREIGN KEY ("request_id") REFERENCES "approval_requests"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "approval_reviews" ADD CONSTRAINT "approval_reviews_actor_id_fkey" FOREIGN KEY ("actor_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

CREATE TABLE "approval_review_voices" (
    "request_id" UUID NOT NULL,
    "reviewer_id" UUID NOT NULL,
    "outcome" "review_state" NOT NULL,
    "note" TEXT NOT NULL,
    "grant_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "approval_review_voices_pkey" PRIMARY KEY ("request_id", "reviewer_id"),
    CONSTRAINT "approval_review_voices_outcome" CHECK ("outcome" IN ('completed', 'flagged'))
);
CREATE UNIQUE INDEX "approval_review_voices_grant_id_key" ON "approval_review_voices"("grant_id");
ALTER TABLE "approval_review_voices" ADD CONSTRAINT "approval_review_voices_request_id_fkey" FOREIGN KEY ("request_id") REFERENCES "approval_reviews"("request_id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "approval_review_voices" ADD CONSTRAINT "approval_review_voices_reviewer_id_fkey" FOREIGN KEY ("reviewer_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "approval_review_voices" ADD CONSTRAINT "approval_review_voices_grant_id_fkey" FOREIGN KEY ("grant_id") REFERENCES "step_up_grants"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Whether approvers can still approve: each month they prove it on nothing at stake.
CREATE TABLE "approval_drills" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "started_by_id" UUID,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "closes_at" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "approval_drills_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "approval_drills_started_at_idx" ON "approval_drills"("started_at" DESC);
ALTER TABLE "approval_drills" ADD CONSTRAINT "approval_drills_started_by_id_fkey" FOREIGN KEY ("started_by_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

CREATE TABLE "approval_drill_answers" (
    "drill_id" UUID NOT NULL,
    "person_id" UUID NOT NULL,
    "grant_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "approval_drill_answers_pkey" PRIMARY KEY ("drill_id", "person_id")
);
CREATE UNIQUE INDEX "approval_drill_answers_grant_id_key" ON "approval_drill_answers"("grant_id");
ALTER TABLE "approval_drill_answers" ADD CONSTRAINT "approval_drill_answers_drill_id_fkey" FOREIGN KEY ("drill_id") REFERENCES "approval_drills"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "approval_drill_answers" ADD CONSTRAINT "approval_drill_answers_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "approval_drill_answers" ADD CONSTRAINT "approval_drill_answers_grant_id_fkey" FOREIGN KEY ("grant_id") REFERENCES "step_up_grants"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Accounts and regions that administrators keep as isolated: a restore there touches nothing that lives.
CREATE TABLE "isolated_places" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "account" TEXT NOT NULL,
    "region" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "removed_at" TIMESTAMPTZ(3),
    CONSTRAINT "isolated_places_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "isolated_places_label" CHECK (char_length("label") BETWEEN 1 AND 120)
);
CREATE UNIQUE INDEX "isolated_places_open" ON "isolated_places" ("account", "region") WHERE "removed_at" IS NULL;

ALTER TABLE "approval_votes" ADD COLUMN "on_behalf_of_id" UUID;
ALTER TABLE "approval_votes" ADD CONSTRAINT "approval_votes_on_behalf_of_id_fkey" FOREIGN KEY ("on_behalf_of_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
-- The plan as the very text that was hashed, so that the hash can be checked here.
ALTER TABLE "approval_revisions" ADD COLUMN "canonical" TEXT;
ALTER TABLE "approval_revisions" ADD CONSTRAINT "approval_revisions_hash" CHECK ("canonical" IS NULL OR (
  "plan" = "canonical"::jsonb AND "params_hash" = sha256('\x686f6c64666173742f706172616d732f763100'::bytea || convert_to("canonical", 'UTF8'))));
-- A right that was given by a change says by which.
ALTER TABLE "role_grants" ADD COLUMN "change_id" UUID;
ALTER TABLE "role_grants" ADD CONSTRAINT "role_grants_change_id_fkey" FOREIGN KEY ("change_id") REFERENCES "change_requests"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "approval_policy_versions" ADD COLUMN "change_id" UUID;
ALTER TABLE "approval_policy_versions" ADD CONSTRAINT "approval_policy_versions_change_id_fkey" FOREIGN KEY ("change_id") REFERENCES "change_requests"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
-- When enough people could vote on the gravest change for the first time: from then on nobody changes the rules alone.
ALTER TABLE "installation" ADD COLUMN "governed_at" TIMESTAMPTZ(3);
-- How old a factor must be before it votes on the gravest requests; the owner sets it, nobody else can.
ALTER TABLE "installation" ADD COLUMN "factor_cooling_seconds" INTEGER NOT NULL DEFAULT 86400;

-- The policy every installation starts with (security.md 3.5): the twin of defaultLevels in lib/approvals/rules.ts.
INSERT INTO approval_policies (name) VALUES ('default') ON CONFLICT (name) DO NOTHING;
INSERT INTO approval_policy_versions (policy_id, version, levels)
  SELECT p.id, 1, '{"0":{"votes":[{"group":"approver","count":2},{"group":"security_approver","count":1}],"factors":["device_passkey"],"approveWithinSeconds":14400,"executeWithinSeconds":3600,"coolDownSeconds":900,"denyThreshold":1},"1":{"votes":[{"group":"approver","count":2}],"factors":["device_passkey","passkey"],"approveWithinSeconds":28800,"executeWithinSeconds":14400,"coolDownSeconds":300,"denyThreshold":1},"2":{"votes":[{"group":"approver","count":1}],"factors":["device_passkey","passkey","totp"],"approveWithinSeconds":86400,"executeWithinSeconds":28800,"coolDownSeconds":0,"denyThreshold":1},"3":{"votes":[],"factors":["device_passkey","passkey","totp"],"approveWithinSeconds":86400,"executeWithinSeconds":28800,"coolDownSeconds":0,"denyThreshold":1}}'::jsonb
  FROM approval_policies p WHERE p.name = 'default' AND NOT EXISTS (SELECT 1 FROM approval_policy_versions v WHERE v.policy_id = p.id);

-- ---------------------------------------------------------------------------------------------------------------
-- Who may vote, and whether enough did.

-- Whether a role's scope reaches a system: the twin of sqlGrantReaches in lib/systems/visible.ts.
CREATE FUNCTION grant_reaches(g role_grants, system uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT g.scope_kind = 'everything'
    OR (g.scope_kind = 'team' AND g.scope_team_id = (SELECT s.owner_team_id FROM systems s WHERE s.id = system))
    OR (g.scope_kind = 'tag' AND EXISTS (
      SELECT 1 FROM system_resources m JOIN resources r ON r.id = m.resource_id
      WHERE m.system_id = system AND m.valid_to IS NULL AND r.tags @> jsonb_build_object(g.scope_tag_key, g.scope_tag_value)))
$$;

-- The system a request is about; null for a change, which is about the whole installation.
CREATE FUNCTION system_of(request uuid) RETURNS uuid LANGUAGE sql STABLE AS $$
  SELECT r.system_id FROM restore_requests r WHERE r.approval_id = request
$$;

-- Whether a person holds a voting role over what a request is about.
CREATE FUNCTION holds_vote(person uuid, voting text, request uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT 1 FROM role_grants g JOIN users u ON u.id = g.user_id
    WHERE g.user_id = person AND g.revoked_at IS NULL AND g.role::text = voting AND u.status = 'active'
      AND CASE WHEN system_of(request) IS NULL THEN g.scope_kind = 'everything' ELSE grant_reaches(g, system_of(request)) END)
$$;

-- The votes a request needs by group: those of its own policy, of the one in force where that asks for more, and of the tier.
CREATE FUNCTION votes_required(a approval_requests) RETURNS TABLE (voting text, needed integer) LANGUAGE sql STABLE AS $$
  SELECT v.voting, max(v.needed)::integer FROM (
    SELECT e->>'group' AS voting, (e->>'count')::integer AS needed
    FROM approval_policy_versions p, jsonb_array_elements(p.levels->a.level::text->'votes') e
    WHERE p.id = a.policy_version_id
    UNION ALL
    SELECT e->>'group', (e->>'count')::integer
    FROM (SELECT n.levels FROM approval_policy_versions n JOIN approval_policies q ON q.id = n.policy_id
          WHERE q.name = 'default' ORDER BY n.version DESC LIMIT 1) newest, jsonb_array_elements(newest.levels->a.level::text->'votes') e
    UNION ALL
    SELECT 'approver', o.approvals FROM system_tiers t JOIN tier_objectives o ON o.tier_id = t.tier_id AND o.valid_to IS NULL
    WHERE t.system_id = system_of(a.id) AND t.valid_to IS NULL AND a.level <= 1
  ) v WHERE v.needed > 0 AND NOT (a.single_operator AND coalesce((SELECT i.single_operator FROM installation i), false)) GROUP BY v.voting
$$;

-- The votes of the current wording that still count: people who may still vote, each for one person.
CREATE FUNCTION counted_votes(a approval_requests) RETURNS TABLE (voter uuid, principal uuid, voting text) LANGUAGE sql STABLE AS $$
  SELECT v.voter_id, coalesce(v.on_behalf_of_id, v.voter_id), v."group"
  FROM approval_votes v JOIN users u ON u.id = v.voter_id AND u.status = 'active'
  WHERE v.request_id = a.id AND v.revision = a.revision AND v.params_hash = a.params_hash AND v.verdict = 'approve'
    AND v.voter_id <> a.requester_id AND v.on_behalf_of_id IS DISTINCT FROM a.requester_id
    AND NOT EXISTS (SELECT 1 FROM approval_revisions e WHERE e.request_id = a.id AND e.editor_id IN (v.voter_id, v.on_behalf_of_id))
    AND NOT EXISTS (SELECT 1 FROM approval_withdrawals w WHERE w.request_id = v.request_id AND w.revision = v.revision AND w.voter_id = v.voter_id)
    AND holds_vote(coalesce(v.on_behalf_of_id, v.voter_id), v."group", a.id)
    AND (v.on_behalf_of_id IS NULL OR EXISTS (
      SELECT 1 FROM approval_delegations d WHERE d.delegator_id = v.on_behalf_of_id AND d.delegate_id = v.voter_id AND d."group" = v."group"
        AND v.created_at >= d.valid_from AND v.created_at < d.valid_to AND d.revoked_at IS NULL AND (a.level > 0 OR d.covers_level_zero)))
$$;

-- Whether enough people of each group agree to the current wording; the twin of hasQuorum in lib/approvals/rules.ts.
CREATE FUNCTION has_quorum(a approval_requests) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT NOT EXISTS (
    SELECT 1 FROM votes_required(a) n
    WHERE (SELECT count(DISTINCT c.principal) FROM counted_votes(a) c WHERE c.voting = n.voting) < n.needed)
$$;

-- A system that was production stays so for its approvers for 30 days: nobody lowers what is asked by a label.
ALTER TABLE "systems" ADD COLUMN "production_until" TIMESTAMPTZ(3);
CREATE FUNCTION keep_production() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  new.production_until := old.production_until;
  IF old.environment = 'production' AND new.environment <> 'production' THEN new.production_until := now() + interval '30 days'; END IF;
  RETURN new;
END $$;
CREATE TRIGGER systems_keep_production BEFORE UPDATE ON systems FOR EACH ROW EXECUTE FUNCTION keep_production();

-- The environment a plan is judged by: production where the system or one of the resources was that within 30 days.
CREATE FUNCTION judged_environment(system uuid, resources uuid[]) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN s.production_until > now() OR EXISTS (
      SELECT 1 FROM system_resources m JOIN systems o ON o.id = m.system_id
      WHERE m.resource_id = ANY (resources) AND (m.valid_to IS NULL OR m.valid_to > now() - interval '30 days')
        AND (o.environment = 'production' OR o.production_until > now()))
    THEN 'production' ELSE s.environment::text END
  FROM systems s WHERE s.id = system
$$;

-- How much a restore's plan asks of its approvers: the twin of levelOf in lib/restores/rules.ts.
CREATE FUNCTION plan_level(plan jsonb, environment text) RETURNS integer LANGUAGE sql STABLE AS $$
  SELECT coalesce(min(CASE
    WHEN i->>'mode' = 'in_place' OR i->>'resourceKind' IN ('KMS', 'IAM', 'SecretsManager', 'Vault') THEN 0
    WHEN EXISTS (SELECT 1 FROM isolated_places p WHERE p.removed_at IS NULL
                 AND p.account = i->'target'->>'account' AND p.region = i->'target'->>'region') THEN 3
    WHEN i->'target'->>'account' IS DISTINCT FROM plan->>'account' THEN 0
    WHEN environment IN ('production', 'unknown') THEN 1
    ELSE 2 END), 3)
  FROM jsonb_array_elements(plan->'items') i
$$;

-- The laxest level a change can be asked at: the twin of levelFloor in lib/changes/rules.ts.
CREATE FUNCTION change_floor(action text, params jsonb) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE
    WHEN action IN ('role.give', 'role.map', 'person.invite') THEN CASE
      WHEN params->>'role' IN ('approver', 'security_approver', 'administrator', 'break_glass') THEN 0
      WHEN params->>'role' = 'operator' THEN 1 ELSE 2 END
    WHEN action IN ('approval.policy', 'installation.single_operator', 'approval.place.add', 'approval.delegate') THEN 0
    WHEN action IN ('person.reissue', 'person.link_identity') THEN 1
    ELSE 2 END
$$;

-- ---------------------------------------------------------------------------------------------------------------
-- The guard of a request: only the ways of the design, each with what it demands.

CREATE FUNCTION guard_approval() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE rule jsonb; stated approval_revisions; loosest integer; actor uuid; total integer; review approval_reviews;
BEGIN
  IF tg_op = 'INSERT' THEN
    IF new.state <> 'draft' OR new.revision <> 0 OR new.params_hash IS NOT NULL OR new.break_glass OR new.single_operator THEN
      RAISE EXCEPTION 'a request begins as a draft' USING errcode = '23514';
    END IF;
    new.created_at := now(); new.state_at := now();
    RETURN new;
  END IF;

  IF (new.id, new.subject_type, new.subject_id, new.requester_id, new.created_at)
     IS DISTINCT FROM (old.id, old.subject_type, old.subject_id, old.requester_id, old.created_at) THEN
    RAISE EXCEPTION 'who asks and for what never changes' USING errcode = '23514';
  END IF;
  IF old.state = new.state THEN
    IF (new.*) IS DISTINCT FROM (old.*) THEN RAISE EXCEPTION 'a request changes by its states alone' USING errcode = '23514'; END IF;
    RETURN new;
  END IF;
  IF NOT ((old.state, new.state) IN (('draft', 'pending'), ('draft', 'approved'), ('draft', 'cancelled'), ('pending', 'approved'),
    ('pending', 'rejected'), ('pending', 'cancelled'), ('pending', 'expired'), ('pending', 'draft'), ('approved', 'draft'),
    ('approved', 'cancelled'), ('approved', 'expired'), ('approved', 'pending'))
    OR (old.state = 'approved' AND new.state = 'rejected' AND old.break_glass)) THEN
    RAISE EXCEPTION 'illegal transition % -> %', old.state, new.state USING errcode = '23514';
  END IF;
  -- What was started is beyond recall here.
  IF old.state = 'approved' AND (
    EXISTS (SELECT 1 FROM restore_requests r WHERE r.approval_id = old.id AND r.state <> 'waiting')
    OR EXISTS (SELECT 1 FROM change_requests c WHERE c.approval_id = old.id AND c.state <> 'waiting')) THEN
    RAISE EXCEPTION 'what was started stays approved' USING errcode = '23514';
  END IF;
  new.state_at := now();
  actor := nullif(current_setting('holdfast.actor', true), '')::uuid;

  IF old.state = 'draft' AND new.state IN ('pending', 'approved') THEN
    SELECT * INTO stated FROM approval_revisions e WHERE e.request_id = new.id AND e.revision = new.revision;
    IF new.revision <> old.revision + 1 OR stated.request_id IS NULL OR stated.params_hash IS DISTINCT FROM new.params_hash
       OR stated.canonical IS NULL OR stated.editor_id <> new.requester_id THEN
      RAISE EXCEPTION 'a request is put under its own new wording' USING errcode = '23514';
    END IF;
    IF new.policy_version_id IS DISTINCT FROM (SELECT v.id FROM approval_policy_versions v JOIN approval_policies p ON p.id = v.policy_id
       WHERE p.name = 'default' ORDER BY v.version DESC LIMIT 1) THEN
      RAISE EXCEPTION 'the policy in force rules' USING errcode = '23514';
    END IF;
    loosest := CASE new.subject_type
      WHEN 'restore' THEN plan_level(stated.plan, judged_environment(system_of(new.id),
        ARRAY(SELECT (i->>'resourceId')::uuid FROM jsonb_array_elements(stated.plan->'items') i WHERE i ? 'resourceId')))
      WHEN 'change' THEN (SELECT change_floor(c.action, c.params) FROM change_requests c WHERE c.approval_id = new.id
                          AND c.action = stated.plan->>'action' AND c.params = stated.plan->'params')
      END;
    IF loosest IS NULL OR new.level NOT BETWEEN 0 AND 3 OR new.level > loosest THEN
      RAISE EXCEPTION 'level % is laxer than what this does (%)', new.level, loosest USING errcode = '23514';
    END IF;
    new.single_operator := coalesce((SELECT i.single_operator FROM installation i), false);
    new.break_glass := false;
    SELECT coalesce(sum(n.needed), 0) INTO total FROM votes_required(new) n;
    new.approvals_needed := total;
    rule := (SELECT v.levels->new.level::text FROM approval_policy_versions v WHERE v.id = new.policy_version_id);
    new.submitted_at := now();
    new.approval_expires_at := now() + make_interval(secs => (rule->>'approveWithinSeconds')::integer);
    new.not_before := NULL; new.execute_before := NULL;
    IF (new.state = 'approved') <> (total = 0) THEN
      RAISE EXCEPTION 'quorum not met' USING errcode = '23514';
    END IF;
  ELSIF (new.level, new.policy_version_id, new.revision, new.params_hash, new.approvals_needed, new.single_operator, new.submitted_at, new.approval_expires_at)
     IS DISTINCT FROM (old.level, old.policy_version_id, old.revision, old.params_hash, old.approvals_needed, old.single_operator, old.submitted_at, old.approval_expires_at) THEN
    RAISE EXCEPTION 'the wording changes with a new revision alone' USING errcode = '23514';
  END IF;

  rule := (SELECT v.levels->new.level::text FROM approval_policy_versions v WHERE v.id = new.policy_version_id);
  IF new.break_glass AND NOT old.break_glass THEN
    SELECT * INTO review FROM approval_reviews r WHERE r.request_id = new.id;
    IF NOT (old.state = 'pending' AND new.state = 'approved') OR review.request_id IS NULL OR review.actor_id IS DISTINCT FROM actor
       OR NOT EXISTS (SELECT 1 FROM role_grants g JOIN users u ON u.id = g.user_id
         WHERE g.user_id = review.actor_id AND g.role = 'break_glass' AND g.revoked_at IS NULL AND u.status = 'active')
       OR NOT EXISTS (SELECT 1 FROM step_up_grants g JOIN factors f ON f.id = g.factor_id
         WHERE g.user_id = review.actor_id AND g.op = 'approval.break_glass' AND g.subject_id = new.id AND g.params_hash = new.params_hash
           AND g.consumed_at > now() - interval '1 second' AND f.kind = 'passkey' AND f.device_type = 'singleDevice' AND f.backed_up = false)
       OR EXISTS (SELECT 1 FROM approval_reviews o WHERE o.state = 'due' AND o.due_at <= now()) THEN
      RAISE EXCEPTION 'break-glass needs its role, its key, its reason and no review overdue' USING errcode = '23514';
    END IF;
  ELSIF new.break_glass <> old.break_glass AND new.state <> 'draft' THEN
    RAISE EXCEPTION 'a request that was forced stays marked' USING errcode = '23514';
  END IF;

  IF new.state = 'approved' THEN
    IF now() >= new.approval_expires_at THEN RAISE EXCEPTION 'the time to approve has passed' USING errcode = '23514'; END IF;
    IF NOT new.break_glass AND NOT has_quorum(new) THEN RAISE EXCEPTION 'quorum not met' USING errcode = '23514'; END IF;
    -- Both clocks are the database's.
    new.not_before := now() + make_interval(secs => CASE WHEN new.break_glass THEN coalesce((rule->>'breakGlassCoolDownSeconds')::integer, 600)
      ELSE (rule->>'coolDownSeconds')::integer END);
    new.execute_before := new.not_before + make_interval(secs => (rule->>'executeWithinSeconds')::integer);
  ELSIF new.state IN ('draft', 'pending') THEN
    new.not_before := NULL; new.execute_before := NULL;
    IF new.state = 'draft' THEN new.break_glass := false; END IF;
  ELSE
    new.not_before := old.not_before; new.execute_before := old.execute_before;
  END IF;
  IF old.state = 'pending' AND new.state = 'expired' AND now() < old.approval_expires_at
     OR old.state = 'approved' AND new.state = 'expired' AND now() < old.execute_before AND has_quorum(old) THEN
    RAISE EXCEPTION 'it has not expired yet' USING errcode = '23514';
  END IF;
  IF old.state = 'approved' AND new.state = 'pending' AND (has_quorum(old) AND NOT old.break_glass) THEN
    RAISE EXCEPTION 'its votes still count' USING errcode = '23514';
  END IF;
  IF new.state = 'rejected' AND (SELECT count(*) FROM approval_votes v WHERE v.request_id = new.id AND v.revision = new.revision AND v.verdict = 'reject')
     < (rule->>'denyThreshold')::integer THEN
    RAISE EXCEPTION 'too few people refused' USING errcode = '23514';
  END IF;
  INSERT INTO approval_events (request_id, from_state, to_state, revision, actor_id, at)
    VALUES (new.id, old.state, new.state, new.revision, actor, now());
  RETURN new;
END $$;
CREATE TRIGGER approval_requests_guard BEFORE INSERT OR UPDATE ON approval_requests FOR EACH ROW EXECUTE FUNCTION guard_approval();

-- A change of state commits only beside its audit event.
CREATE FUNCTION demand_audit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM audit_events e WHERE e.xmin = pg_current_xact_id()::xid
    AND e.target_id IN (new.id::text, new.subject_id::text)) THEN
    RAISE EXCEPTION 'a change of % without its audit event', new.id USING errcode = '23514';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER approval_requests_audited AFTER UPDATE OF state ON approval_requests
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (old.state IS DISTINCT FROM new.state) EXECUTE FUNCTION demand_audit();

-- A wording belongs to whoever asks, is the next one, and comes while the request is a draft.
CREATE FUNCTION guard_revision() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE asked approval_requests;
BEGIN
  SELECT * INTO asked FROM approval_requests a WHERE a.id = new.request_id FOR UPDATE;
  IF asked.state <> 'draft' OR new.revision <> asked.revision + 1 OR new.canonical IS NULL THEN
    RAISE EXCEPTION 'a wording comes while its request is a draft' USING errcode = '23514';
  END IF;
  new.created_at := now();
  RETURN new;
END $$;
CREATE TRIGGER approval_revisions_guard BEFORE INSERT ON approval_revisions FOR EACH ROW EXECUTE FUNCTION guard_revision();

-- A vote: the right person, on the current wording, in time, with a proof of presence that was used up for it just now.
CREATE FUNCTION guard_vote() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE asked approval_requests; rule jsonb; proof record; held text;
BEGIN
  SELECT * INTO asked FROM approval_requests a WHERE a.id = new.request_id FOR UPDATE;
  IF NOT (asked.state = 'pending' OR (asked.state = 'approved' AND asked.break_glass AND new.verdict = 'reject')) THEN
    RAISE EXCEPTION 'this request takes no votes' USING errcode = '23514';
  END IF;
  IF asked.state = 'pending' AND now() >= asked.approval_expires_at THEN RAISE EXCEPTION 'the time to vote has passed' USING errcode = '23514'; END IF;
  IF new.revision <> asked.revision OR new.params_hash IS DISTINCT FROM asked.params_hash THEN
    RAISE EXCEPTION 'a vote is for the current wording' USING errcode = '23514';
  END IF;
  IF asked.requester_id IN (new.voter_id, new.on_behalf_of_id)
     OR EXISTS (SELECT 1 FROM approval_revisions e WHERE e.request_id = asked.id AND e.editor_id IN (new.voter_id, new.on_behalf_of_id)) THEN
    RAISE EXCEPTION 'nobody votes on their own request' USING errcode = '23514';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM users u WHERE u.id = new.voter_id AND u.status = 'active')
     OR NOT holds_vote(coalesce(new.on_behalf_of_id, new.voter_id), new."group", asked.id) THEN
    RAISE EXCEPTION 'this person has no vote here' USING errcode = '23514';
  END IF;
  IF new.on_behalf_of_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM approval_delegations d WHERE d.delegator_id = new.on_behalf_of_id AND d.delegate_id = new.voter_id AND d."group" = new."group"
      AND d.valid_from <= now() AND now() < d.valid_to AND d.revoked_at IS NULL AND (asked.level > 0 OR d.covers_level_zero)) THEN
    RAISE EXCEPTION 'nobody gave this person their vote' USING errcode = '23514';
  END IF;
  IF EXISTS (SELECT 1 FROM approval_votes v WHERE v.request_id = asked.id AND v.revision = new.revision
    AND coalesce(v.on_behalf_of_id, v.voter_id) = coalesce(new.on_behalf_of_id, new.voter_id)) THEN
    RAISE EXCEPTION 'one vote for each person' USING errcode = '23505';
  END IF;
  IF new.verdict = 'reject' AND char_length(btrim(new.reason)) < 10 THEN RAISE EXCEPTION 'a refusal says why' USING errcode = '23514'; END IF;
  SELECT g.*, f.usable_from AS factor_usable_from, f.device_type, f.backed_up INTO proof
    FROM step_up_grants g JOIN factors f ON f.id = g.factor_id AND f.user_id = g.user_id
    WHERE g.id = new.grant_id AND g.user_id = new.voter_id AND g.op = 'approval.' || new.verdict::text AND g.subject_id = asked.id
      AND g.subject_revision = new.revision AND g.params_hash = new.params_hash AND g.consumed_at > now() - interval '1 second';
  IF proof.id IS NULL THEN RAISE EXCEPTION 'a vote needs its own proof of presence' USING errcode = '23514'; END IF;
  rule := (SELECT v.levels->asked.level::text FROM approval_policy_versions v WHERE v.id = asked.policy_version_id);
  held := CASE WHEN proof.factor_kind = 'totp' THEN 'totp' WHEN proof.device_type = 'singleDevice' AND proof.backed_up = false THEN 'device_passkey' ELSE 'passkey' END;
  IF NOT (rule->'factors' ? held) THEN RAISE EXCEPTION 'level % does not take a %', asked.level, held USING errcode = '23514'; END IF;
  IF asked.level <= 1 AND proof.factor_usable_from > now() THEN RAISE EXCEPTION 'this factor is too new' USING errcode = '23514'; END IF;
  new.created_at := now();
  RETURN new;
END $$;
CREATE TRIGGER approval_votes_guard BEFORE INSERT ON approval_votes FOR EACH ROW EXECUTE FUNCTION guard_vote();

-- A vote is taken back before anything was started.
CREATE FUNCTION guard_withdrawal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE asked approval_requests;
BEGIN
  SELECT * INTO asked FROM approval_requests a WHERE a.id = new.request_id FOR UPDATE;
  IF asked.state NOT IN ('pending', 'approved') OR new.revision <> asked.revision
     OR EXISTS (SELECT 1 FROM restore_requests r WHERE r.approval_id = asked.id AND r.state <> 'waiting')
     OR EXISTS (SELECT 1 FROM change_requests c WHERE c.approval_id = asked.id AND c.state <> 'waiting')
     OR new.voter_id::text IS DISTINCT FROM current_setting('holdfast.actor', true) THEN
    RAISE EXCEPTION 'this vote can no longer be taken back' USING errcode = '23514';
  END IF;
  new.created_at := now();
  RETURN new;
END $$;
CREATE TRIGGER approval_withdrawals_guard BEFORE INSERT ON approval_withdrawals FOR EACH ROW EXECUTE FUNCTION guard_withdrawal();

-- A proof lives two minutes, is used once, and says for ever what it was for.
CREATE FUNCTION guard_grant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF tg_op = 'INSERT' THEN
    IF new.consumed_at IS NOT NULL THEN RAISE EXCEPTION 'a proof begins unused' USING errcode = '23514'; END IF;
    new.issued_at := now();
    new.expires_at := least(new.expires_at, now() + interval '120 seconds');
    RETURN new;
  END IF;
  IF old.consumed_at IS NOT NULL AND new.consumed_at IS DISTINCT FROM old.consumed_at
     OR new.expires_at > old.expires_at
     OR (new.id, new.user_id, new.session_id, new.op, new.subject_type, new.subject_id, new.subject_revision, new.params_hash, new.factor_id, new.factor_kind, new.uv, new.evidence, new.issued_at)
        IS DISTINCT FROM (old.id, old.user_id, old.session_id, old.op, old.subject_type, old.subject_id, old.subject_revision, old.params_hash, old.factor_id, old.factor_kind, old.uv, old.evidence, old.issued_at) THEN
    RAISE EXCEPTION 'a proof is for one thing, once' USING errcode = '23514';
  END IF;
  IF new.consumed_at IS NOT NULL AND old.consumed_at IS NULL THEN
    IF now() >= old.expires_at THEN RAISE EXCEPTION 'this proof has run out' USING errcode = '23514'; END IF;
    new.consumed_at := now();
  END IF;
  RETURN new;
END $$;
CREATE TRIGGER step_up_grants_guard BEFORE INSERT OR UPDATE ON step_up_grants FOR EACH ROW EXECUTE FUNCTION guard_grant();

-- A factor keeps its key and cools before it votes on what is gravest.
CREATE FUNCTION guard_factor() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE cooling integer;
BEGIN
  IF tg_op = 'INSERT' THEN
    cooling := coalesce((SELECT i.factor_cooling_seconds FROM installation i), 86400);
    IF cooling > 0 THEN
      new.created_at := now();
      new.usable_from := greatest(new.usable_from, now() + make_interval(secs => cooling));
    END IF;
    RETURN new;
  END IF;
  IF (new.id, new.user_id, new.kind, new.credential_id, new.public_key, new.device_type, new.created_at)
     IS DISTINCT FROM (old.id, old.user_id, old.kind, old.credential_id, old.public_key, old.device_type, old.created_at)
     OR new.usable_from < old.usable_from OR (old.suspected_clone_at IS NOT NULL AND new.suspected_clone_at IS NULL) THEN
    RAISE EXCEPTION 'a factor keeps its key, its age and its doubts' USING errcode = '23514';
  END IF;
  RETURN new;
END $$;
CREATE TRIGGER factors_guard BEFORE INSERT OR UPDATE ON factors FOR EACH ROW EXECUTE FUNCTION guard_factor();

-- Whether a change stands: approved by enough people who may still vote, in its time.
CREATE FUNCTION change_stands(change uuid, wanted text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM change_requests c JOIN approval_requests a ON a.id = c.approval_id
    WHERE c.id = change AND c.action = wanted AND c.state = 'waiting' AND a.state = 'approved' AND has_quorum(a) AND a.not_before <= now() AND now() < a.execute_before)
$$;

-- Whether nobody may change the rules alone. The owner mends an installation by hand; the running roles do not.
CREATE FUNCTION is_governed() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM installation i WHERE i.governed_at IS NOT NULL AND NOT i.single_operator)
    AND session_user <> (SELECT t.tableowner FROM pg_tables t WHERE t.schemaname = 'public' AND t.tablename = 'role_grants')
$$;

-- Once an installation is governed, the rights that rule it come from a change that stands, and from nowhere else.
CREATE FUNCTION guard_role() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF tg_op = 'UPDATE' THEN
    IF (new.id, new.user_id, new.role, new.scope_kind, new.scope_team_id, new.scope_tag_key, new.scope_tag_value, new.change_id)
       IS DISTINCT FROM (old.id, old.user_id, old.role, old.scope_kind, old.scope_team_id, old.scope_tag_key, old.scope_tag_value, old.change_id)
       OR (old.revoked_at IS NOT NULL AND new.revoked_at IS NULL) THEN
      RAISE EXCEPTION 'a right is given anew, never changed' USING errcode = '23514';
    END IF;
    RETURN new;
  END IF;
  IF is_governed() AND new.role IN ('operator', 'approver', 'security_approver', 'administrator', 'break_glass') AND NOT EXISTS (
    SELECT 1 FROM change_requests c WHERE c.id = new.change_id AND c.params->>'role' = new.role::text
      AND (c.params->>'personId' = new.user_id::text
        OR (c.action = 'person.invite' AND c.params->>'email' = (SELECT u.email FROM users u WHERE u.id = new.user_id)))
      AND (change_stands(c.id, 'role.give') OR change_stands(c.id, 'person.invite'))) THEN
    RAISE EXCEPTION 'the role % is given by an approved change alone', new.role USING errcode = '23514';
  END IF;
  RETURN new;
END $$;
CREATE TRIGGER role_grants_guard BEFORE INSERT OR UPDATE ON role_grants FOR EACH ROW EXECUTE FUNCTION guard_role();

CREATE FUNCTION guard_policy() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF is_governed()
     AND EXISTS (SELECT 1 FROM approval_policy_versions v WHERE v.policy_id = new.policy_id)
     AND NOT coalesce(change_stands(new.change_id, 'approval.policy'), false) THEN
    RAISE EXCEPTION 'the policy is changed by an approved change alone' USING errcode = '23514';
  END IF;
  RETURN new;
END $$;
CREATE TRIGGER approval_policy_versions_guard BEFORE INSERT ON approval_policy_versions FOR EACH ROW EXECUTE FUNCTION guard_policy();

CREATE FUNCTION guard_place() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF is_governed() AND NOT EXISTS (SELECT 1 FROM change_requests c WHERE c.params->>'account' = new.account AND c.params->>'region' = new.region
    AND change_stands(c.id, 'approval.place.add')) THEN
    RAISE EXCEPTION 'a place is called isolated by an approved change alone' USING errcode = '23514';
  END IF;
  new.created_at := now();
  RETURN new;
END $$;
CREATE TRIGGER isolated_places_guard BEFORE INSERT ON isolated_places FOR EACH ROW EXECUTE FUNCTION guard_place();

-- Whoever gives their vote away proves that it is them; for the gravest level it takes a change besides.
CREATE FUNCTION guard_delegation() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM step_up_grants g WHERE g.id = new.grant_id AND g.user_id = new.delegator_id
    AND g.op IN ('approval.delegate', 'change.apply') AND g.consumed_at > now() - interval '1 second') THEN
    RAISE EXCEPTION 'a delegation needs its own proof of presence' USING errcode = '23514';
  END IF;
  IF new.covers_level_zero AND is_governed() AND NOT EXISTS (SELECT 1 FROM change_requests c WHERE c.requested_by_id = new.delegator_id
    AND c.params->>'delegateId' = new.delegate_id::text AND change_stands(c.id, 'approval.delegate')) THEN
    RAISE EXCEPTION 'a vote on the gravest level is given away by an approved change alone' USING errcode = '23514';
  END IF;
  new.created_at := now(); new.valid_from := greatest(new.valid_from, now()); new.revoked_at := NULL;
  RETURN new;
END $$;
CREATE TRIGGER approval_delegations_guard BEFORE INSERT ON approval_delegations FOR EACH ROW EXECUTE FUNCTION guard_delegation();

-- A change is what was asked for; it is applied once, while it stands.
CREATE FUNCTION guard_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF tg_op = 'INSERT' THEN
    IF new.state <> 'waiting' THEN RAISE EXCEPTION 'a change begins as waiting' USING errcode = '23514'; END IF;
    RETURN new;
  END IF;
  IF (new.id, new.handle, new.action, new.params, new.requested_by_id, new.approval_id, new.created_at)
     IS DISTINCT FROM (old.id, old.handle, old.action, old.params, old.requested_by_id, old.approval_id, old.created_at) THEN
    RAISE EXCEPTION 'a change stays as it was asked for' USING errcode = '23514';
  END IF;
  IF old.state = new.state THEN RETURN new; END IF;
  IF old.state <> 'waiting' THEN RAISE EXCEPTION 'a change ends once' USING errcode = '23514'; END IF;
  IF new.state = 'applied' AND NOT change_stands(new.id, new.action) THEN
    RAISE EXCEPTION 'this change is not approved' USING errcode = '23514';
  END IF;
  new.state_at := now();
  RETURN new;
END $$;
CREATE TRIGGER change_requests_guard BEFORE INSERT OR UPDATE ON change_requests FOR EACH ROW EXECUTE FUNCTION guard_change();

-- The ways of a restore: the twin of canMove in lib/restores/rules.ts; it starts only while its approval stands.
CREATE FUNCTION restore_may_move(from_state restore_state, to_state restore_state) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT (from_state::text, to_state::text) IN (('waiting', 'dispatching'), ('waiting', 'cancelled'), ('dispatching', 'running'), ('dispatching', 'failed'),
    ('dispatching', 'unknown'), ('unknown', 'running'), ('unknown', 'failed'), ('unknown', 'dispatching'), ('running', 'validating'),
    ('running', 'succeeded'), ('running', 'failed'), ('validating', 'succeeded'), ('validating', 'partial'), ('validating', 'failed'))
$$;
CREATE FUNCTION guard_restore() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF tg_op = 'INSERT' THEN
    IF new.state <> 'waiting' THEN RAISE EXCEPTION 'a restore begins as waiting' USING errcode = '23514'; END IF;
    RETURN new;
  END IF;
  IF (new.id, new.handle, new.system_id, new.requested_by_id, new.approval_id) IS DISTINCT FROM (old.id, old.handle, old.system_id, old.requested_by_id, old.approval_id) THEN
    RAISE EXCEPTION 'a restore keeps its system and its approval' USING errcode = '23514';
  END IF;
  IF old.state = new.state THEN RETURN new; END IF;
  IF NOT restore_may_move(old.state, new.state) THEN
    RAISE EXCEPTION 'illegal transition % -> %', old.state, new.state USING errcode = '23514';
  END IF;
  IF old.state = 'waiting' AND new.state = 'dispatching' AND NOT EXISTS (SELECT 1 FROM approval_requests a
    WHERE a.id = new.approval_id AND a.state = 'approved' AND (a.break_glass OR has_quorum(a)) AND a.not_before <= now() AND now() < a.execute_before
      AND NOT EXISTS (SELECT 1 FROM system_freezes f WHERE f.released_at IS NULL)
      AND EXISTS (SELECT 1 FROM users u WHERE u.id = a.requester_id AND u.status = 'active')) THEN
    RAISE EXCEPTION 'this restore is not approved, not yet, or no longer' USING errcode = '23514';
  END IF;
  RETURN new;
END $$;
CREATE TRIGGER restore_requests_guard BEFORE INSERT OR UPDATE ON restore_requests FOR EACH ROW EXECUTE FUNCTION guard_restore();

CREATE FUNCTION guard_restore_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (new.id, new.request_id, new.ordinal, new.point_id, new."order", new.target_name) IS DISTINCT FROM (old.id, old.request_id, old.ordinal, old.point_id, old."order", old.target_name)
     OR new.fence < old.fence THEN
    RAISE EXCEPTION 'an item stays as it was approved' USING errcode = '23514';
  END IF;
  IF old.state <> new.state AND NOT restore_may_move(old.state, new.state) THEN
    RAISE EXCEPTION 'illegal transition % -> %', old.state, new.state USING errcode = '23514';
  END IF;
  RETURN new;
END $$;
CREATE TRIGGER restore_items_guard BEFORE UPDATE ON restore_items FOR EACH ROW EXECUTE FUNCTION guard_restore_item();

-- A freeze stays in the books; it is lifted once, by a change that stands where the installation is governed.
CREATE FUNCTION guard_freeze() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF old.released_at IS NOT NULL OR (new.id, new.reason, new.set_by_id, new.set_at) IS DISTINCT FROM (old.id, old.reason, old.set_by_id, old.set_at) THEN
    RAISE EXCEPTION 'a freeze stays as it was set' USING errcode = '23514';
  END IF;
  IF is_governed()
     AND NOT EXISTS (SELECT 1 FROM change_requests c WHERE c.action = 'freeze.release' AND c.params->>'freezeId' = old.id::text AND change_stands(c.id, 'freeze.release')) THEN
    RAISE EXCEPTION 'a freeze is lifted by an approved change alone' USING errcode = '23514';
  END IF;
  RETURN new;
END $$;
CREATE TRIGGER system_freezes_guard BEFORE UPDATE ON system_freezes FOR EACH ROW EXECUTE FUNCTION guard_freeze();

-- Two other people say what a forced request was; the first doubt flags it.
CREATE FUNCTION guard_review_voice() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE review approval_reviews; asked approval_requests;
BEGIN
  SELECT * INTO review FROM approval_reviews r WHERE r.request_id = new.request_id FOR UPDATE;
  SELECT * INTO asked FROM approval_requests a WHERE a.id = new.request_id;
  IF review.state <> 'due' OR new.reviewer_id IN (review.actor_id, asked.requester_id)
     OR NOT EXISTS (SELECT 1 FROM step_up_grants g WHERE g.id = new.grant_id AND g.user_id = new.reviewer_id AND g.op = 'approval.review'
       AND g.subject_id = new.request_id AND g.consumed_at > now() - interval '1 second')
     OR NOT EXISTS (SELECT 1 FROM role_grants g JOIN users u ON u.id = g.user_id WHERE g.user_id = new.reviewer_id AND g.revoked_at IS NULL
       AND u.status = 'active' AND g.role IN ('approver', 'security_approver', 'administrator')) THEN
    RAISE EXCEPTION 'this person cannot review this' USING errcode = '23514';
  END IF;
  new.created_at := now();
  IF new.outcome = 'flagged' THEN
    UPDATE approval_reviews SET state = 'flagged', state_at = now() WHERE request_id = new.request_id;
  ELSIF (SELECT count(*) FROM approval_review_voices v WHERE v.request_id = new.request_id AND v.outcome = 'completed') >= 1 THEN
    UPDATE approval_reviews SET state = 'completed', state_at = now() WHERE request_id = new.request_id;
  END IF;
  RETURN new;
END $$;
CREATE TRIGGER approval_review_voices_guard BEFORE INSERT ON approval_review_voices FOR EACH ROW EXECUTE FUNCTION guard_review_voice();
CREATE FUNCTION guard_review() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM approval_requests a WHERE a.id = new.request_id AND a.state = 'pending') THEN
    RAISE EXCEPTION 'nothing here was forced' USING errcode = '23514';
  END IF;
  new.state := 'due'; new.created_at := now(); new.state_at := now(); new.due_at := now() + interval '24 hours';
  RETURN new;
END $$;
CREATE TRIGGER approval_reviews_guard BEFORE INSERT ON approval_reviews FOR EACH ROW EXECUTE FUNCTION guard_review();

-- How many people could vote at all, each with a factor: whether the gravest level could be satisfied.
CREATE FUNCTION governance_satisfiable() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT NOT EXISTS (
    SELECT 1 FROM (SELECT v.levels FROM approval_policy_versions v JOIN approval_policies p ON p.id = v.policy_id
                   WHERE p.name = 'default' ORDER BY v.version DESC LIMIT 1) newest, jsonb_array_elements(newest.levels->'0'->'votes') e
    WHERE (SELECT count(DISTINCT g.user_id) FROM role_grants g JOIN users u ON u.id = g.user_id AND u.status = 'active'
           WHERE g.revoked_at IS NULL AND g.scope_kind = 'everything' AND g.role::text = e->>'group'
             AND EXISTS (SELECT 1 FROM factors f WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL AND f.removed_at IS NULL)) < (e->>'count')::integer)
    AND EXISTS (SELECT 1 FROM approval_policy_versions)
$$;

-- From the first moment that enough people can vote, nobody changes the rules alone. Answers whether this call closed it.
CREATE FUNCTION close_setup() RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE installation SET governed_at = now() WHERE governed_at IS NULL AND governance_satisfiable();
  RETURN found;
END $$;
REVOKE ALL ON FUNCTION close_setup() FROM PUBLIC;

-- One person alone, visibly: switched on while the installation is being set up or by an approved change, off whenever enough people are there.
CREATE FUNCTION set_single_operator(wanted boolean, change uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF wanted AND EXISTS (SELECT 1 FROM installation i WHERE i.governed_at IS NOT NULL)
     AND NOT coalesce(change_stands(change, 'installation.single_operator'), false) THEN
    RAISE EXCEPTION 'single-operator mode is switched on by an approved change alone' USING errcode = '23514';
  END IF;
  IF NOT wanted AND NOT governance_satisfiable() THEN
    RAISE EXCEPTION 'nobody could approve anything' USING errcode = '23514';
  END IF;
  UPDATE installation SET single_operator = wanted;
END $$;
REVOKE ALL ON FUNCTION set_single_operator(boolean, uuid) FROM PUBLIC;

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['approval_withdrawals', 'approval_review_voices', 'approval_drill_answers'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', t || '_append_only', t);
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', t || '_no_truncate', t);
  END LOOP;
END $$;

-- The claim counts by group, and only votes that still count.
CREATE OR REPLACE FUNCTION claim_restore_item(item uuid, owner_name text, lease_seconds integer)
RETURNS TABLE (id uuid, request_id uuid, attempt integer, fence integer, state restore_state)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY
  UPDATE restore_items i SET
    state = CASE WHEN i.state = 'waiting' THEN 'dispatching'::restore_state ELSE i.state END,
    state_at = CASE WHEN i.state = 'waiting' THEN now() ELSE i.state_at END,
    lease_owner = owner_name, lease_until = now() + make_interval(secs => lease_seconds), fence = i.fence + 1
  FROM restore_requests r JOIN approval_requests a ON a.id = r.approval_id
  WHERE i.id = item AND r.id = i.request_id
    AND (i.lease_until IS NULL OR i.lease_until < now())
    AND NOT EXISTS (SELECT 1 FROM system_freezes f WHERE f.released_at IS NULL)
    AND a.state = 'approved' AND r.state IN ('dispatching', 'unknown')
    AND ((i.state = 'waiting' AND (a.break_glass OR has_quorum(a))
        AND (a.not_before IS NULL OR a.not_before <= now()) AND (a.execute_before IS NULL OR now() < a.execute_before))
      -- What was sent once is found out in any case: its votes counted when it was sent.
      OR i.state IN ('dispatching', 'unknown'))
  RETURNING i.id, i.request_id, i.attempt, i.fence, i.state;
END $$;

DO $$
DECLARE kind text; name text; t text;
BEGIN
  FOREACH kind IN ARRAY ARRAY['app', 'worker'] LOOP
    name := format('holdfast_%s_%s', kind, current_database());
    EXECUTE format('GRANT SELECT ON change_requests, approval_delegations, approval_withdrawals, approval_reviews, approval_review_voices, approval_drills, approval_drill_answers, isolated_places TO %I', name);
    EXECUTE format('GRANT INSERT ON change_requests, approval_delegations, approval_withdrawals, approval_reviews, approval_review_voices, approval_drills, approval_drill_answers, isolated_places TO %I', name);
    EXECUTE format('GRANT UPDATE (state) ON change_requests TO %I', name);
    EXECUTE format('GRANT UPDATE (revoked_at) ON approval_delegations TO %I', name);
    EXECUTE format('GRANT UPDATE (removed_at) ON isolated_places TO %I', name);
    -- Requests are answered, not unasked; their history is the guard's to write.
    EXECUTE format('REVOKE DELETE ON approval_requests, system_freezes, approval_policies, restore_requests, restore_attempts FROM %I', name);
    EXECUTE format('REVOKE INSERT ON approval_events FROM %I', name);
    EXECUTE format('GRANT EXECUTE ON FUNCTION close_setup(), set_single_operator(boolean, uuid) TO %I', name);
  END LOOP;
END $$;
