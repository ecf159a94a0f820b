export type SavedView = {
  id: string;
  name: string;
  query: string;
  shared: boolean;
  /** Whose it is; null for one's own. */
  owner: string | null;
};
