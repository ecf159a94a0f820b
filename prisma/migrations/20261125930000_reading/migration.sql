-- What each reading asks of a vault or a region among all their points: the few that stream, that were copied, or that
-- are still being made.
CREATE INDEX "recovery_points_streams" ON "recovery_points" ("connection_id", "region") WHERE "kind" = 'continuous' AND "vanished_at" IS NULL;
CREATE INDEX "recovery_points_copied" ON "recovery_points" ("vault_id") WHERE "copy_of_ref" IS NOT NULL;
CREATE INDEX "recovery_points_unfinished" ON "recovery_points" ("vault_id", "data_as_of") WHERE "status" = 'creating' AND "vanished_at" IS NULL;

-- In what a backup strayed from those before it, in size or in duration, when it was the newest of its resource.
ALTER TABLE "recovery_points" ADD COLUMN "unusual" JSONB;
