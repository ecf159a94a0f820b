-- A need stands once between two systems, and never on itself.
UPDATE "system_dependencies" d SET "valid_to" = greatest(d."valid_from", now()) WHERE d."valid_to" IS NULL AND (d."from_id" = d."to_id" OR EXISTS (
  SELECT 1 FROM "system_dependencies" e WHERE e."valid_to" IS NULL AND e."from_id" = d."from_id" AND e."to_id" = d."to_id" AND e."id" < d."id"));
CREATE UNIQUE INDEX "system_dependencies_open" ON "system_dependencies" ("from_id", "to_id") WHERE "valid_to" IS NULL;
ALTER TABLE "system_dependencies" ADD CONSTRAINT "system_dependencies_not_itself" CHECK ("valid_to" IS NOT NULL OR "from_id" <> "to_id");
ALTER TABLE "system_dependencies" ADD CONSTRAINT "system_dependencies_forward" CHECK ("valid_to" IS NULL OR "valid_to" >= "valid_from");

-- What a rule holds now is counted rule by rule.
CREATE INDEX "system_resources_rule_id_open" ON "system_resources" ("rule_id") WHERE "rule_id" IS NOT NULL AND "valid_to" IS NULL;

-- What somebody brings in stands here, row by row, until it is committed or a day old.
CREATE TYPE "import_outcome" AS ENUM ('bad', 'create', 'change', 'same');

CREATE TABLE "imports" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "owner_id" UUID NOT NULL,
    "file_name" TEXT NOT NULL,
    "columns" TEXT[],
    "rows" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "checked_at" TIMESTAMPTZ(3),
    "committed_at" TIMESTAMPTZ(3),

    CONSTRAINT "imports_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "imports_owner_id_idx" ON "imports" ("owner_id");
CREATE INDEX "imports_expires_at_idx" ON "imports" ("expires_at");
ALTER TABLE "imports" ADD CONSTRAINT "imports_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "import_rows" (
    "import_id" UUID NOT NULL,
    "line" INTEGER NOT NULL,
    "slug" TEXT,
    "name" TEXT,
    "description" TEXT,
    "tier" TEXT,
    "environment" "environment",
    "criticality" "criticality",
    "lifecycle" "lifecycle",
    "owner_team" TEXT,
    "detection_allowance_seconds" INTEGER,
    "unread" JSONB NOT NULL DEFAULT '[]',
    "problems" JSONB NOT NULL DEFAULT '[]',
    "outcome" "import_outcome",
    "changes" JSONB NOT NULL DEFAULT '[]',
    "system_id" UUID,
    "tier_id" TEXT,
    "owner_team_id" UUID,

    CONSTRAINT "import_rows_pkey" PRIMARY KEY ("import_id", "line")
);
CREATE INDEX "import_rows_outcome_idx" ON "import_rows" ("import_id", "outcome", "line");
ALTER TABLE "import_rows" ADD CONSTRAINT "import_rows_import_id_fkey" FOREIGN KEY ("import_id") REFERENCES "imports"("id") ON DELETE CASCADE ON UPDATE CASCADE;

DO $$
DECLARE kind text; name text; t text;
BEGIN
  FOREACH kind IN ARRAY ARRAY['app', 'worker'] LOOP
    name := format('holdfast_%s_%s', kind, current_database());
    FOREACH t IN ARRAY ARRAY['imports', 'import_rows'] LOOP
      EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO %I', t, name);
    END LOOP;
  END LOOP;
END $$;
