import type { RestoreView } from "@/lib/restores/view";

/** Names the draft and the revision that was looked at, so that two windows do not overwrite each other. */
export function DraftKey({ restore }: { restore: Pick<RestoreView, "id" | "draftRevision"> }) {
  return (
    <>
      <input type="hidden" name="restoreId" value={restore.id} />
      <input type="hidden" name="draftRevision" value={restore.draftRevision} />
    </>
  );
}
