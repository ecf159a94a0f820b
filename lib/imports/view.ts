import type { ImportOutcome, Problem } from "./rules";

export type ImportView = {
  id: string;
  fileName: string;
  rows: number;
  received: number;
  expiresAt: string;
  checkedAt: string | null;
  committedAt: string | null;
  counts: Record<ImportOutcome, number>;
};

export type FieldChange = { field: string; from: string; to: string };

export type ImportRowView = {
  line: number;
  slug: string;
  name: string;
  outcome: ImportOutcome;
  problems: Problem[];
  changes: FieldChange[];
  systemId: string | null;
};

export type ImportRowsPage = { rows: ImportRowView[]; after: number | null };

export type ExportedSystem = {
  slug: string;
  name: string;
  description: string;
  tier: string | null;
  environment: string;
  criticality: string;
  lifecycle: string;
  owner_team: string | null;
  detection_allowance_minutes: number;
  allowed_regions: string;
  owner_person: string | null;
  health: string;
  rpo_seconds: number | null;
  rto_seconds: number | null;
  resources: number;
  in_service_from: Date;
};
