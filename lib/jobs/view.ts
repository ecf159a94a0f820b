import type { JobKind, JobState } from "./rules";

export type JobRow = {
  id: string;
  kind: JobKind;
  state: JobState;
  /** The provider's own word. */
  rawStatus: string;
  resource: { id: string; name: string; kind: string } | null;
  resourceRef: string;
  system: { id: string; name: string } | null;
  connection: { id: string; name: string };
  region: string;
  percent: number | null;
  sizeBytes: number | null;
  message: string | null;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
};

export type JobsPage = {
  now: string;
  rows: JobRow[];
  before: string | null;
  after: string | null;
  /** Under way now, and in trouble within the last day, of all that the reader may see. */
  open: number;
  troubledToday: number;
};

/** One job with all that its provider told of it. */
export type JobDetail = JobRow & {
  providerRef: string;
  parentRef: string | null;
  errorCode: string | null;
  observedAt: string;
  /** The recovery point it made or used; its id is null while we have not read the point itself. */
  point: { id: string | null; ref: string } | null;
};
