-- What people are told inside the product; an event tells a person once.
CREATE TYPE "notification_severity" AS ENUM ('info', 'warn', 'bad');

CREATE TABLE "notifications" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "recipient_id" UUID NOT NULL,
    "dedupe_key" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "severity" "notification_severity" NOT NULL,
    "title" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "href" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "read_at" TIMESTAMPTZ(3),

    CONSTRAINT "notifications_pkey" PRIMARY KEY ("id"),
    -- A link of ours, never another place.
    CONSTRAINT "notifications_href_check" CHECK ("href" ~ '^/([^/\\].*)?$')
);

CREATE UNIQUE INDEX "notifications_recipient_id_dedupe_key_key" ON "notifications"("recipient_id", "dedupe_key");
CREATE INDEX "notifications_recipient_id_created_at_idx" ON "notifications"("recipient_id", "created_at");
CREATE INDEX "notifications_unread_idx" ON "notifications"("recipient_id") WHERE "read_at" IS NULL;

ALTER TABLE "notifications" ADD CONSTRAINT "notifications_recipient_id_fkey"
    FOREIGN KEY ("recipient_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Failed second factors, counted where a crash does not forget them.
CREATE TABLE "factor_locks" (
    "user_id" UUID NOT NULL,
    "failures" INTEGER NOT NULL,
    "window_start" TIMESTAMPTZ(3) NOT NULL,
    "lock_count" INTEGER NOT NULL DEFAULT 0,
    "locked_until" TIMESTAMPTZ(3),

    CONSTRAINT "factor_locks_pkey" PRIMARY KEY ("user_id")
);

ALTER TABLE "factor_locks" ADD CONSTRAINT "factor_locks_user_id_fkey"
    FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What a value of an identity provider's claim is worth here.
CREATE TABLE "idp_role_map" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "issuer" TEXT NOT NULL,
    "claim_path" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "role" "role_name" NOT NULL,
    "scope_kind" "scope_kind" NOT NULL DEFAULT 'everything',
    "scope_team_id" UUID,
    "scope_tag_key" TEXT,
    "scope_tag_value" TEXT,
    "created_by_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idp_role_map_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "idp_role_map_scope_check" CHECK (
      ("scope_kind" = 'team') = ("scope_team_id" IS NOT NULL)
      AND ("scope_kind" = 'tag') = ("scope_tag_key" IS NOT NULL)
      AND ("scope_kind" = 'tag') = ("scope_tag_value" IS NOT NULL))
);

CREATE UNIQUE INDEX "idp_role_map_once_key" ON "idp_role_map"
    ("issuer", "claim_path", "value", "role", "scope_kind", "scope_team_id", "scope_tag_key", "scope_tag_value") NULLS NOT DISTINCT;

ALTER TABLE "idp_role_map" ADD CONSTRAINT "idp_role_map_scope_team_id_fkey"
    FOREIGN KEY ("scope_team_id") REFERENCES "teams"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- A session that an identity provider vouched for knows by which identity, and what its claims were worth then.
ALTER TABLE "identities" ADD COLUMN "last_used_at" TIMESTAMPTZ(3);
CREATE INDEX "identities_user_id_idx" ON "identities"("user_id");
ALTER TABLE "sessions" ADD COLUMN "identity_id" UUID, ADD COLUMN "idp_roles" JSONB;
CREATE INDEX "sessions_identity_id_idx" ON "sessions"("identity_id");
CREATE INDEX "sessions_expires_at_idx" ON "sessions"("expires_at");
CREATE INDEX "auth_challenges_expires_at_idx" ON "auth_challenges"("expires_at");
CREATE INDEX "step_up_grants_expires_at_idx" ON "step_up_grants"("expires_at");
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_identity_id_fkey"
    FOREIGN KEY ("identity_id") REFERENCES "identities"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- Logout tokens that were used: each ends sessions once.
CREATE TABLE "idp_logout_tokens" (
    "token_hash" BYTEA NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "idp_logout_tokens_pkey" PRIMARY KEY ("token_hash")
);

DO $$
DECLARE kind text; name text; t text;
BEGIN
  FOREACH kind IN ARRAY ARRAY['app', 'worker'] LOOP
    name := format('holdfast_%s_%s', kind, current_database());
    FOREACH t IN ARRAY ARRAY['notifications', 'factor_locks', 'idp_logout_tokens'] LOOP
      EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO %I', t, name);
    END LOOP;
    EXECUTE format('GRANT SELECT ON idp_role_map TO %I', name);
  END LOOP;
  EXECUTE format('GRANT INSERT, UPDATE, DELETE ON idp_role_map TO %I', format('holdfast_app_%s', current_database()));
END $$;
