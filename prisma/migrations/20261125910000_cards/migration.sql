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

-- How large the estate is, counted as it changes: each change adds its difference, the worker adds them up, and nobody
-- waits for anybody. Read as the sum of a key's rows.
CREATE TABLE "estate_counts" (
    "id" BIGSERIAL NOT NULL,
    "key" TEXT NOT NULL,
    "value" BIGINT NOT NULL,
    CONSTRAINT "estate_counts_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "estate_counts_key_idx" ON "estate_counts"("key");
-- Its arguments are the key and what a row must fulfil to be counted.
CREATE FUNCTION count_estate() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE more bigint := 0; fewer bigint := 0;
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    DELETE FROM estate_counts WHERE key = TG_ARGV[0];
    RETURN NULL;
  END IF;
  IF TG_OP <> 'DELETE' THEN EXECUTE format('SELECT count(*) FROM added WHERE %s', TG_ARGV[1]) INTO more; END IF;
  IF TG_OP <> 'INSERT' THEN EXECUTE format('SELECT count(*) FROM gone WHERE %s', TG_ARGV[1]) INTO fewer; END IF;
  IF more <> fewer THEN INSERT INTO estate_counts (key, value) VALUES (TG_ARGV[0], more - fewer); END IF;
  RETURN NULL;
END $$;
DO $$
DECLARE what record;
BEGIN
  FOR what IN SELECT * FROM (VALUES ('systems', 'systems.used', 'lifecycle <> ''retired'''),
    ('resources', 'resources.live', 'vanished_at IS NULL'),
    ('system_resources', 'members.standing', 'valid_to IS NULL')) AS v (place, key, counted) LOOP
    EXECUTE format('CREATE TRIGGER %1$s_count_added AFTER INSERT ON %1$s REFERENCING NEW TABLE AS added
      FOR EACH STATEMENT EXECUTE FUNCTION count_estate(%2$L, %3$L)', what.place, what.key, what.counted);
    EXECUTE format('CREATE TRIGGER %1$s_count_changed AFTER UPDATE ON %1$s REFERENCING OLD TABLE AS gone NEW TABLE AS added
      FOR EACH STATEMENT EXECUTE FUNCTION count_estate(%2$L, %3$L)', what.place, what.key, what.counted);
    EXECUTE format('CREATE TRIGGER %1$s_count_gone AFTER DELETE ON %1$s REFERENCING OLD TABLE AS gone
      FOR EACH STATEMENT EXECUTE FUNCTION count_estate(%2$L, %3$L)', what.place, what.key, what.counted);
    EXECUTE format('CREATE TRIGGER %1$s_count_none AFTER TRUNCATE ON %1$s
      FOR EACH STATEMENT EXECUTE FUNCTION count_estate(%2$L, %3$L)', what.place, what.key, what.counted);
    -- Rows that are laid past the other triggers are counted all the same.
    EXECUTE format('ALTER TABLE %1$s ENABLE ALWAYS TRIGGER %1$s_count_added, ENABLE ALWAYS TRIGGER %1$s_count_changed,
      ENABLE ALWAYS TRIGGER %1$s_count_gone, ENABLE ALWAYS TRIGGER %1$s_count_none', what.place);
    EXECUTE format('INSERT INTO estate_counts (key, value) SELECT %2$L, count(*) FROM %1$s WHERE %3$s',
      what.place, what.key, what.counted);
  END LOOP;
END $$;

DO $$
DECLARE kind text;
BEGIN
  FOREACH kind IN ARRAY ARRAY['app', 'worker'] LOOP
    EXECUTE format('GRANT SELECT ON system_cards, estate_counts TO %I', format('holdfast_%s_%s', kind, current_database()));
    EXECUTE format('GRANT INSERT, DELETE ON estate_counts TO %I', format('holdfast_%s_%s', kind, current_database()));
    EXECUTE format('GRANT USAGE ON SEQUENCE estate_counts_id_seq TO %I', format('holdfast_%s_%s', kind, current_database()));
  END LOOP;
  EXECUTE format('GRANT UPDATE ON system_cards TO %I', format('holdfast_worker_%s', current_database()));
  EXECUTE format('GRANT UPDATE (stale_at, mark) ON system_cards TO %I', format('holdfast_app_%s', current_database()));
END $$;
