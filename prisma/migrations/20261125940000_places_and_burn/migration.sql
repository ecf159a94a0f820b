-- Where a system's data may be kept: regions, sorted; none of them means anywhere.
ALTER TABLE "systems" ADD COLUMN "allowed_regions" TEXT[] NOT NULL DEFAULT '{}',
    ADD CONSTRAINT "systems_allowed_regions_check" CHECK (cardinality("allowed_regions") <= 40 AND array_position("allowed_regions", NULL) IS NULL);
-- The same as a line of a table says it; null leaves it as it is.
ALTER TABLE "import_rows" ADD COLUMN "allowed_regions" TEXT[];

-- How long each system was beyond its RPO in a quarter, summed from its points up to a moment that lies half an hour or
-- more behind: what happened by then is known, but for what comes late.
CREATE TABLE "rpo_burn" (
    "system_id" UUID NOT NULL,
    "quarter_from" TIMESTAMPTZ(3) NOT NULL,
    "through_at" TIMESTAMPTZ(3) NOT NULL,
    "evaluated_ms" BIGINT NOT NULL DEFAULT 0,
    "beyond_ms" BIGINT NOT NULL DEFAULT 0,
    "weekly_ms" BIGINT[] NOT NULL DEFAULT '{}',
    CONSTRAINT "rpo_burn_pkey" PRIMARY KEY ("system_id")
);
CREATE INDEX "rpo_burn_through_at_idx" ON "rpo_burn" ("through_at");
ALTER TABLE "rpo_burn" ADD CONSTRAINT "rpo_burn_system_id_fkey" FOREIGN KEY ("system_id") REFERENCES "systems"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Systems whose summed past has changed. Only ever added to and taken away: nobody waits for anybody, and what is marked
-- while a sum is being made is summed again.
CREATE TABLE "rpo_burn_marks" (
    "id" BIGINT GENERATED ALWAYS AS IDENTITY,
    "system_id" UUID NOT NULL,
    CONSTRAINT "rpo_burn_marks_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "rpo_burn_marks_system_id_idx" ON "rpo_burn_marks" ("system_id");
ALTER TABLE "rpo_burn_marks" ADD CONSTRAINT "rpo_burn_marks_system_id_fkey" FOREIGN KEY ("system_id") REFERENCES "systems"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE FUNCTION mark_burn(resources uuid[]) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO rpo_burn_marks (system_id)
  SELECT DISTINCT m.system_id FROM system_resources m JOIN rpo_burn b ON b.system_id = m.system_id WHERE m.resource_id = ANY (resources)
$$;
REVOKE ALL ON FUNCTION mark_burn(uuid[]) FROM PUBLIC;

-- A point that becomes known more than twenty minutes after its completion may have been missed by a sum.
CREATE FUNCTION mark_burn_by_new_points() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM mark_burn(array_agg(DISTINCT resource_id)) FROM added WHERE completed_at < now() - interval '20 minutes' HAVING count(*) > 0;
  RETURN NULL;
END $$;
CREATE TRIGGER recovery_points_added_mark_burn AFTER INSERT ON recovery_points
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION mark_burn_by_new_points();

-- So may one that turns out to be no good, or to have ended earlier or later than was known.
CREATE FUNCTION mark_burn_by_points() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM mark_burn(array_agg(DISTINCT n.resource_id)) FROM now_told n JOIN was_told w ON w.id = n.id
  WHERE (n.completed_at < now() - interval '20 minutes' OR w.completed_at < now() - interval '20 minutes')
    AND ((w.resource_id, w.completed_at, w.data_as_of, w.started_at, w.malware = 'infected', w.contradictory,
        w.status IN ('available', 'expired', 'deleting'), w.status IN ('creating', 'stopped'))
      IS DISTINCT FROM (n.resource_id, n.completed_at, n.data_as_of, n.started_at, n.malware = 'infected', n.contradictory,
        n.status IN ('available', 'expired', 'deleting'), n.status IN ('creating', 'stopped'))
      OR ((w.expires_at, w.vanished_at) IS DISTINCT FROM (n.expires_at, n.vanished_at)
        AND least(w.expires_at, w.vanished_at, n.expires_at, n.vanished_at) < now() - interval '20 minutes'))
  HAVING count(*) > 0;
  RETURN NULL;
END $$;
CREATE TRIGGER recovery_points_told_mark_burn AFTER UPDATE ON recovery_points
  REFERENCING OLD TABLE AS was_told NEW TABLE AS now_told FOR EACH STATEMENT EXECUTE FUNCTION mark_burn_by_points();

-- A failed verification refutes its point for all time, and a pass may make that good again.
CREATE FUNCTION mark_burn_by_verifications() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM mark_burn(array_agg(DISTINCT p.resource_id)) FROM added a JOIN recovery_points p ON p.id = a.point_id
  WHERE a.result = 'failed' OR EXISTS (SELECT 1 FROM verifications v WHERE v.point_id = a.point_id AND v.result = 'failed')
  HAVING count(*) > 0;
  RETURN NULL;
END $$;
CREATE TRIGGER verifications_mark_burn AFTER INSERT ON verifications
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION mark_burn_by_verifications();

-- A stream that is found to have run for a while, that went on after a silence, or that no longer reaches as far.
CREATE FUNCTION mark_burn_by_windows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM mark_burn(array_agg(DISTINCT resource_id)) FROM now_told WHERE from_at < now() - interval '20 minutes' HAVING count(*) > 0;
  ELSE
    PERFORM mark_burn(array_agg(DISTINCT n.resource_id)) FROM now_told n JOIN was_told w ON w.id = n.id
    WHERE w.from_at <> n.from_at
      OR (coalesce(w.to_at, w.latest_at) <> coalesce(n.to_at, n.latest_at) AND least(coalesce(w.to_at, w.latest_at), coalesce(n.to_at, n.latest_at)) < now() - interval '20 minutes')
      OR (w.expires_at IS DISTINCT FROM n.expires_at AND least(w.expires_at, n.expires_at) < now() - interval '20 minutes')
    HAVING count(*) > 0;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER restore_windows_added_mark_burn AFTER INSERT ON restore_windows
  REFERENCING NEW TABLE AS now_told FOR EACH STATEMENT EXECUTE FUNCTION mark_burn_by_windows();
CREATE TRIGGER restore_windows_told_mark_burn AFTER UPDATE ON restore_windows
  REFERENCING OLD TABLE AS was_told NEW TABLE AS now_told FOR EACH STATEMENT EXECUTE FUNCTION mark_burn_by_windows();

-- Tiers, members and exclusions change from now on; where one is said of the past after all, or a member turns out to be
-- required, that past is another.
CREATE FUNCTION mark_burn_by_decisions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE passed timestamptz := now() - interval '20 minutes';
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO rpo_burn_marks (system_id)
    SELECT DISTINCT n.system_id FROM now_said n JOIN rpo_burn b ON b.system_id = n.system_id WHERE n.valid_from < passed;
  ELSE
    INSERT INTO rpo_burn_marks (system_id)
    SELECT DISTINCT n.system_id FROM now_said n JOIN was_said w ON w.id = n.id JOIN rpo_burn b ON b.system_id = n.system_id
    WHERE least(w.valid_from, n.valid_from) < passed
      AND (to_jsonb(w) - 'valid_to' IS DISTINCT FROM to_jsonb(n) - 'valid_to'
        OR (w.valid_to IS DISTINCT FROM n.valid_to AND least(w.valid_to, n.valid_to) < passed));
  END IF;
  RETURN NULL;
END $$;

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['system_tiers', 'system_resources', 'exclusions'] LOOP
    EXECUTE format('CREATE TRIGGER %I AFTER INSERT ON %I REFERENCING NEW TABLE AS now_said FOR EACH STATEMENT EXECUTE FUNCTION mark_burn_by_decisions()', t || '_added_mark_burn', t);
    EXECUTE format('CREATE TRIGGER %I AFTER UPDATE ON %I REFERENCING OLD TABLE AS was_said NEW TABLE AS now_said FOR EACH STATEMENT EXECUTE FUNCTION mark_burn_by_decisions()', t || '_said_mark_burn', t);
  END LOOP;
END $$;

DO $$
DECLARE kind text; name text;
BEGIN
  FOREACH kind IN ARRAY ARRAY['app', 'worker'] LOOP
    name := format('holdfast_%s_%s', kind, current_database());
    EXECUTE format('GRANT SELECT ON rpo_burn, rpo_burn_marks TO %I', name);
  END LOOP;
  EXECUTE format('GRANT INSERT, UPDATE ON rpo_burn TO %I', name);
  EXECUTE format('GRANT DELETE ON rpo_burn_marks TO %I', name);
END $$;

-- What a loss would cost, written with the verdict, so that lists can stand in its order. Verdicts from before do not say
-- it: they are judged again at once.
ALTER TABLE "system_health" ADD COLUMN "urgency" INTEGER NOT NULL DEFAULT 0;
DROP INDEX "system_health_worst";
CREATE INDEX "system_health_worst" ON "system_health" ((CASE state WHEN 'unprotected' THEN 0 WHEN 'missed' THEN 0
  WHEN 'breached' THEN 0 WHEN 'unknown' THEN 1 WHEN 'at_risk' THEN 2 WHEN 'within' THEN 3 ELSE 4 END), (-urgency));
UPDATE system_health SET next_change_at = now();
