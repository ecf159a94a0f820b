-- Streams that stopped are few: the judging finds them without looking at a resource's other points.
CREATE INDEX "recovery_points_stopped" ON "recovery_points" ("resource_id")
  WHERE "kind" = 'continuous' AND "status" = 'stopped' AND "vanished_at" IS NULL;
-- Verdicts from before do not name them: they are judged again at once.
UPDATE resource_health SET next_change_at = now() WHERE state = 'breached';
UPDATE system_health SET next_change_at = now() WHERE state = 'breached';
