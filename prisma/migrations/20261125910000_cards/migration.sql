-- What the list of systems shows beside the verdict, drawn beforehand, and its order read from indexes.

CREATE TABLE "system_cards" (
    "system_id" UUID NOT NULL,
    "card" JSON,
    "stale_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
    "mark" INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT "system_cards_pkey" PRIMARY KEY ("system_id")
);
CREATE INDEX "system_cards_stale_at_idx" ON "system_cards"("stale_at");
ALTER TABLE "system_cards" ADD CONSTRAINT "system_cards_system_id_fkey" FOREIGN KEY ("system_id") REFERENCES "systems"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- The verdict keeps its tier's rank, by which it stands in the list.
ALTER TABLE "system_health" ADD COLUMN "tier_rank" INTEGER;
UPDATE system_health h SET tier_rank = t.rank FROM system_tiers st JOIN tiers t ON t.id = st.tier_id
WHERE st.system_id = h.system_id AND st.valid_to IS NULL;

-- A system has a verdict and a card from its birth: one that says that nothing was judged, and one that is stale.
CREATE FUNCTION start_system_records() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO system_health (system_id, state, reasons, evaluated_at)
  SELECT id, 'unknown', '[{"rule":"system.pending","state":"unknown"}]', to_timestamp(0) FROM born ON CONFLICT DO NOTHING;
  INSERT INTO system_cards (system_id) SELECT id FROM born ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER systems_start_records AFTER INSERT ON systems
  REFERENCING NEW TABLE AS born FOR EACH STATEMENT EXECUTE FUNCTION start_system_records();
-- Rows that are laid past the other triggers begin in the same way.
ALTER TABLE systems ENABLE ALWAYS TRIGGER systems_start_records;
INSERT INTO system_health (system_id, state, reasons, evaluated_at)
SELECT id, 'unknown', '[{"rule":"system.pending","state":"unknown"}]', to_timestamp(0) FROM systems ON CONFLICT DO NOTHING;
INSERT INTO system_cards (system_id) SELECT id FROM systems;
CREATE INDEX "system_health_unjudged" ON "system_health" ("system_id") WHERE "digest" IS NULL;

-- The orders of the list, as lib/systems/matrix.ts spells them; what they leave open is settled among a few rows.
CREATE INDEX "system_health_worst" ON "system_health" ((CASE state WHEN 'unprotected' THEN 0 WHEN 'missed' THEN 0
  WHEN 'breached' THEN 0 WHEN 'unknown' THEN 1 WHEN 'at_risk' THEN 2 WHEN 'within' THEN 3 ELSE 4 END), (coalesce(tier_rank, 99)),
  (coalesce((newest_as_of AT TIME ZONE 'UTC') + coalesce(rpo_seconds, 0) * interval '1 second', '-infinity')));
CREATE INDEX "system_health_age" ON "system_health" ((coalesce(newest_as_of, '-infinity')));
CREATE INDEX "system_health_proof" ON "system_health" ((coalesce(proven_at, '-infinity')));
CREATE INDEX "systems_by_name" ON "systems" ((lower(name)), "id");

-- A vault's lock is part of what a card says of copies.
CREATE FUNCTION spoil_cards_of_vault() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE system_cards c SET stale_at = least(c.stale_at, now()), mark = c.mark + 1
  WHERE c.system_id IN (SELECT m.system_id FROM resources r JOIN system_resources m ON m.resource_id = r.id AND m.valid_to IS NULL
    WHERE r.connection_id = NEW.connection_id);
  RETURN NULL;
END $$;
CREATE TRIGGER vaults_spoil_cards AFTER UPDATE ON vaults FOR EACH ROW
  WHEN ((OLD.kind, OLD.lock_mode, OLD.lock_final_at) IS DISTINCT FROM (NEW.kind, NEW.lock_mode, NEW.lock_final_at))
  EXECUTE FUNCTION spoil_cards_of_vault();

DO $$
DECLARE kind text;
BEGIN
  FOREACH kind IN ARRAY ARRAY['app', 'worker'] LOOP
    EXECUTE format('GRANT SELECT ON system_cards TO %I', format('holdfast_%s_%s', kind, current_database()));
  END LOOP;
  EXECUTE format('GRANT UPDATE ON system_cards TO %I', format('holdfast_worker_%s', current_database()));
  EXECUTE format('GRANT UPDATE (stale_at, mark) ON system_cards TO %I', format('holdfast_app_%s', current_database()));
END $$;
