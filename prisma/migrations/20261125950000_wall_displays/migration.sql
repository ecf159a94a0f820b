-- Screens on a wall: each sees the wall within its scope until it expires or is taken off. Only hashes are kept, of the
-- token that the paired browser holds and of the one-time code that pairs it.
CREATE TABLE "wall_displays" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "name" TEXT NOT NULL,
    "scope_kind" "scope_kind" NOT NULL DEFAULT 'everything',
    "scope_team_id" UUID,
    "scope_tag_key" TEXT,
    "scope_tag_value" TEXT,
    "token_hash" BYTEA,
    "code_hash" BYTEA,
    "code_expires_at" TIMESTAMPTZ(3),
    "created_by_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "paired_at" TIMESTAMPTZ(3),
    "last_seen_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "wall_displays_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "wall_displays_name_length" CHECK (char_length("name") BETWEEN 1 AND 120),
    CONSTRAINT "wall_displays_scope_check" CHECK (
      ("scope_kind" = 'team') = ("scope_team_id" IS NOT NULL)
      AND ("scope_kind" = 'tag') = ("scope_tag_key" IS NOT NULL)
      AND ("scope_kind" = 'tag') = ("scope_tag_value" IS NOT NULL)),
    CONSTRAINT "wall_displays_a_year_at_most" CHECK ("expires_at" > "created_at" AND "expires_at" <= "created_at" + interval '1 year'),
    CONSTRAINT "wall_displays_hash_length" CHECK (octet_length("token_hash") = 32 AND octet_length("code_hash") = 32),
    CONSTRAINT "wall_displays_code_ends" CHECK (("code_hash" IS NULL) = ("code_expires_at" IS NULL))
);

CREATE UNIQUE INDEX "wall_displays_code_hash_key" ON "wall_displays"("code_hash");

ALTER TABLE "wall_displays" ADD CONSTRAINT "wall_displays_scope_team_id_fkey"
    FOREIGN KEY ("scope_team_id") REFERENCES "teams"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "wall_displays" ADD CONSTRAINT "wall_displays_created_by_id_fkey"
    FOREIGN KEY ("created_by_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

DO $$
BEGIN
  EXECUTE format('GRANT SELECT, INSERT, UPDATE ON wall_displays TO %I', format('holdfast_app_%s', current_database()));
END $$;
