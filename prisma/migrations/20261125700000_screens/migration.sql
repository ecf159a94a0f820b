-- Views of a list that people keep by name: an address of this product, private or shared with everybody.

CREATE TABLE "saved_views" (
    "id" UUID NOT NULL DEFAULT uuid_v7(),
    "owner_id" UUID NOT NULL,
    "page" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "query" TEXT NOT NULL,
    "shared" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "saved_views_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "saved_views_page" CHECK ("page" ~ '^/[a-z/-]{1,60}$'),
    CONSTRAINT "saved_views_name" CHECK (length("name") BETWEEN 1 AND 60),
    CONSTRAINT "saved_views_query" CHECK (length("query") <= 1000)
);
CREATE UNIQUE INDEX "saved_views_owner_id_page_name_key" ON "saved_views"("owner_id", "page", "name");
CREATE INDEX "saved_views_shared_idx" ON "saved_views"("page", "name") WHERE "shared";
ALTER TABLE "saved_views" ADD CONSTRAINT "saved_views_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

DO $$
DECLARE kind text; name text;
BEGIN
  FOREACH kind IN ARRAY ARRAY['app', 'worker'] LOOP
    name := format('holdfast_%s_%s', kind, current_database());
    EXECUTE format('GRANT SELECT ON saved_views TO %I', name);
  END LOOP;
  EXECUTE format('GRANT INSERT, UPDATE, DELETE ON saved_views TO %I', format('holdfast_app_%s', current_database()));
END $$;
