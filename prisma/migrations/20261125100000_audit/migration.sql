-- The keys that sign heads, each handed over by the one before; a key is retired when it has a successor.
CREATE TABLE "audit_keys" (
    "id" TEXT NOT NULL,
    "vkey" TEXT NOT NULL,
    "public_key" BYTEA NOT NULL,
    "from_size" BIGINT NOT NULL,
    "previous_id" TEXT,
    "handover" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "audit_keys_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "audit_keys_id_form" CHECK ("id" ~ '^[0-9a-f]{8}$'),
    CONSTRAINT "audit_keys_public_key_length" CHECK (octet_length("public_key") = 32),
    CONSTRAINT "audit_keys_handed_over" CHECK (("previous_id" IS NULL) = ("handover" IS NULL))
);
CREATE UNIQUE INDEX "audit_keys_previous_id_key" ON "audit_keys"("previous_id");
-- There is one first key, and every other has one predecessor and one successor at most: a chain.
CREATE UNIQUE INDEX "audit_keys_one_first" ON "audit_keys"(("previous_id" IS NULL)) WHERE "previous_id" IS NULL;
ALTER TABLE "audit_keys" ADD CONSTRAINT "audit_keys_previous_id_fkey" FOREIGN KEY ("previous_id") REFERENCES "audit_keys"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Heads over something that must be anchored at once, such as the start of a restore at level 0.
ALTER TABLE "audit_checkpoints" ADD COLUMN "urgent" BOOLEAN NOT NULL DEFAULT false;
CREATE INDEX "audit_checkpoints_urgent_idx" ON "audit_checkpoints"("size") WHERE "urgent";
CREATE INDEX "audit_anchors_kind_target_checkpoint_size_idx" ON "audit_anchors"("kind", "target", "checkpoint_size" DESC);

-- How each place outside fares, as the sealer last saw it.
CREATE TABLE "audit_anchor_targets" (
    "kind" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "last_error" TEXT,
    "tried_at" TIMESTAMPTZ(3),
    "anchored_at" TIMESTAMPTZ(3),
    "anchored_size" BIGINT,
    "next_try_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "audit_anchor_targets_pkey" PRIMARY KEY ("kind", "target")
);

-- Verifications of the whole log, asked for on the page and carried out by the worker.
CREATE TABLE "audit_verifications" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "requested_by_id" UUID,
    "requested_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "state_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "events" BIGINT NOT NULL DEFAULT 0,
    "report" JSONB,

    CONSTRAINT "audit_verifications_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "audit_verifications_state" CHECK ("state" IN ('waiting', 'running', 'ok', 'broken', 'failed'))
);
CREATE INDEX "audit_verifications_requested_at_idx" ON "audit_verifications"("requested_at" DESC);

-- Denied attempts a minute: the first twenty of a kind are events of their own, the rest becomes one with their count.
CREATE TABLE "audit_denials" (
    "actor_id" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "window_start" TIMESTAMPTZ(3) NOT NULL,
    "hits" INTEGER NOT NULL,

    CONSTRAINT "audit_denials_pkey" PRIMARY KEY ("actor_id", "action", "window_start")
);

-- Who a pseudonym is. What is erased stays as an empty row, so that it is not filled again.
ALTER TABLE "audit_subjects" ALTER COLUMN "display" DROP NOT NULL, ALTER COLUMN "hmac_key" DROP NOT NULL;
ALTER TABLE "audit_subjects" ADD COLUMN "erased_at" TIMESTAMPTZ(3);
ALTER TABLE "audit_subjects" ADD CONSTRAINT "audit_subjects_erased" CHECK (
  CASE WHEN "erased_at" IS NULL THEN "display" IS NOT NULL AND "hmac_key" IS NOT NULL
       ELSE "display" IS NULL AND "email" IS NULL AND "hmac_key" IS NULL END);

CREATE FUNCTION new_hmac_key() RETURNS bytea LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
$$;

-- Every person has a pseudonym in the log from the moment they are known, whoever enters them.
CREATE FUNCTION keep_audit_subject() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO audit_subjects AS s (pseudonym, user_id, display, email, hmac_key)
  VALUES (NEW.id, NEW.id, NEW.display_name, NEW.email, new_hmac_key())
  ON CONFLICT (pseudonym) DO UPDATE SET display = EXCLUDED.display, email = EXCLUDED.email WHERE s.erased_at IS NULL;
  RETURN NEW;
END $$;
CREATE TRIGGER users_keep_audit_subject AFTER INSERT OR UPDATE OF display_name, email ON users
  FOR EACH ROW EXECUTE FUNCTION keep_audit_subject();
INSERT INTO audit_subjects (pseudonym, user_id, display, email, hmac_key)
  SELECT id, id, display_name, email, new_hmac_key() FROM users ON CONFLICT (pseudonym) DO NOTHING;

-- Forgets a person who is shut out: name, address and key go, the pseudonym stays, and the hashes still hold.
CREATE FUNCTION erase_person(person uuid) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE standing text;
BEGIN
  SELECT status::text INTO standing FROM users WHERE id = person FOR UPDATE;
  IF standing IS NULL AND NOT EXISTS (SELECT 1 FROM audit_subjects WHERE pseudonym = person) THEN RETURN 'unknown'; END IF;
  IF standing IS NOT NULL AND standing <> 'disabled' THEN RETURN 'not disabled'; END IF;
  UPDATE audit_subjects SET display = NULL, email = NULL, hmac_key = NULL, erased_at = coalesce(erased_at, now()) WHERE pseudonym = person;
  UPDATE users SET display_name = 'An erased person', email = person::text || '@erased.invalid' WHERE id = person;
  RETURN 'erased';
END $$;
REVOKE ALL ON FUNCTION erase_person(uuid), keep_audit_subject(), new_hmac_key() FROM PUBLIC;

CREATE TRIGGER audit_keys_append_only BEFORE UPDATE OR DELETE ON audit_keys FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_keys_no_truncate BEFORE TRUNCATE ON audit_keys FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

DO $$
DECLARE kind text; name text;
BEGIN
  FOREACH kind IN ARRAY ARRAY['app', 'worker'] LOOP
    name := format('holdfast_%s_%s', kind, current_database());
    EXECUTE format('GRANT SELECT ON audit_keys, audit_anchor_targets, audit_verifications, audit_denials TO %I', name);
    EXECUTE format('GRANT INSERT (requested_by_id) ON audit_verifications TO %I', name);
    EXECUTE format('GRANT INSERT, UPDATE, DELETE ON audit_denials TO %I', name);
    EXECUTE format('REVOKE INSERT ON audit_subjects FROM %I', name);
  END LOOP;
  name := format('holdfast_worker_%s', current_database());
  EXECUTE format('GRANT UPDATE (state, state_at, events, report) ON audit_verifications TO %I', name);
  EXECUTE format('GRANT EXECUTE ON FUNCTION erase_person(uuid) TO %I', name);
  name := format('holdfast_sealer_%s', current_database());
  EXECUTE format('GRANT SELECT, INSERT ON audit_keys TO %I', name);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE ON audit_anchor_targets TO %I', name);
  EXECUTE format('GRANT SELECT (install_id) ON installation TO %I', name);
END $$;
