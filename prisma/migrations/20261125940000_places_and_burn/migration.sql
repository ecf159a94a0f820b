-- Where a system's data may be kept: regions, sorted; none of them means anywhere.
ALTER TABLE "systems" ADD COLUMN "allowed_regions" TEXT[] NOT NULL DEFAULT '{}',
    ADD CONSTRAINT "systems_allowed_regions_check" CHECK (cardinality("allowed_regions") <= 40 AND array_position("allowed_regions", NULL) IS NULL);
-- The same as a line of a table says it; null leaves it as it is.
ALTER TABLE "import_rows" ADD COLUMN "allowed_regions" TEXT[];
