import { StatusBadge } from "@/components/status/status-badge";
import { Card, CardRow } from "@/components/ui/card";
import { RelativeMoment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { plural } from "@/lib/core/words";
import { anchorLook } from "../../_components/look";
import type { SealingView } from "../../_components/views";

const kindWords: Record<string, string> = {
  file: "File",
  syslog: "Syslog",
  s3: "Locked bucket",
  webhook: "Webhook",
};

type Anchor = SealingView["anchors"][number];

function AnchorRow({ anchor, now }: { anchor: Anchor; now: string }) {
  const { kind, target, failures, lastError, anchoredAt, anchoredSize } = anchor;
  const well = failures === 0 && anchoredAt !== null;
  return (
    <CardRow
      end={
        <StatusBadge kind={failures > 0 ? "bad" : well ? "ok" : "run"}>
          {failures > 0 ? plural(failures, "failure") : well ? "well" : "waiting"}
        </StatusBadge>
      }
    >
      <span>
        {kindWords[kind] ?? kind} <NameText text={target} length={90} />
      </span>
      <span className="text-ink-3">
        {anchoredAt === null ? (
          "Holds no head yet"
        ) : (
          <>
            Holds the head of {plural(anchoredSize ?? 0, "event")}, <RelativeMoment at={anchoredAt} now={now} />
          </>
        )}
      </span>
      {failures > 0 && lastError ? <span className="text-bad">{lastError}</span> : null}
    </CardRow>
  );
}

/** Where heads are put out of our own reach, and how each place fares. */
export function AnchorsCard({ sealing }: { sealing: SealingView }) {
  const look = anchorLook(sealing);
  return (
    <Card title="Anchors outside" more={<StatusBadge kind={look.kind}>{look.text}</StatusBadge>}>
      {sealing.anchors.length === 0 ? (
        <p className="p-4 text-ink-2">
          Whoever holds the database and the signing key could write this log anew, and nothing outside would contradict
          them. Name a place in another account or on another machine with HOLDFAST_AUDIT_ANCHORS.
        </p>
      ) : (
        sealing.anchors.map((anchor) => (
          <AnchorRow key={`${anchor.kind} ${anchor.target}`} anchor={anchor} now={sealing.now} />
        ))
      )}
    </Card>
  );
}
