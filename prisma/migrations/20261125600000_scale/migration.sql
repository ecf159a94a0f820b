-- What makes the judging of a large fleet and its pages quick.

-- Few points are ever verified. A mark on those finds the proofs of a resource without looking at all its points.
ALTER TABLE "recovery_points" ADD COLUMN "verified" BOOLEAN NOT NULL DEFAULT false;
UPDATE recovery_points p SET verified = true WHERE EXISTS (SELECT 1 FROM verifications v WHERE v.point_id = p.id);
CREATE INDEX "recovery_points_verified" ON "recovery_points" ("resource_id") WHERE "verified";
CREATE FUNCTION mark_verified_points() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE recovery_points p SET verified = true
  FROM (SELECT DISTINCT point_id FROM added) a WHERE p.id = a.point_id AND NOT p.verified;
  RETURN NULL;
END $$;
CREATE TRIGGER verifications_mark_points AFTER INSERT ON verifications
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION mark_verified_points();
-- Rows that are laid past the other triggers are marked all the same.
ALTER TABLE verifications ENABLE ALWAYS TRIGGER verifications_mark_points;

-- What is promised, what was missed and what failed are few rows among many: they have indexes of their own.
CREATE INDEX "expected_runs_pending" ON "expected_runs" ("resource_id", "complete_by") INCLUDE ("due_at") WHERE "state" = 'pending';
CREATE INDEX "expected_runs_missed" ON "expected_runs" ("resource_id", "due_at") WHERE "state" = 'missed' AND "job_id" IS NULL;
CREATE INDEX "jobs_failed_backups" ON "jobs" ("resource_id", "created_at" DESC)
  WHERE "kind" = 'backup' AND "state" IN ('failed', 'partial', 'expired', 'cancelled');
CREATE INDEX "policy_assignments_standing" ON "policy_assignments" ("resource_id") WHERE "valid_to" IS NULL;

-- A verdict is kept as it is while it says the same; and what a system takes from its members is kept with them.
ALTER TABLE "resource_health" ADD COLUMN "available_at" TIMESTAMPTZ(3), ADD COLUMN "connection_id" UUID,
  ADD COLUMN "expected_rpo_seconds" INTEGER, ADD COLUMN "digest" TEXT;
ALTER TABLE "system_health" ADD COLUMN "digest" TEXT;
CREATE INDEX "resource_health_strictest" ON "resource_health" ("connection_id", "expected_rpo_seconds") WHERE "expected_rpo_seconds" IS NOT NULL;
-- Verdicts from before know nothing of this: they are judged again at once.
UPDATE resource_health SET next_change_at = now();
UPDATE system_health SET next_change_at = now();

-- What the pages count and step through.
CREATE INDEX "resource_health_unprotected" ON "resource_health" ("resource_id") WHERE "state" = 'unprotected';
CREATE INDEX "resources_live" ON "resources" ("id") WHERE "vanished_at" IS NULL;
CREATE INDEX "resources_vanished" ON "resources" ("id") WHERE "vanished_at" IS NOT NULL;
CREATE INDEX "expected_runs_next" ON "expected_runs" ("rule_id", "due_at") INCLUDE ("resource_id") WHERE "state" = 'pending';
CREATE INDEX "system_health_evaluated_at" ON "system_health" ("evaluated_at");
