import { StatusBadge } from "@/components/status/status-badge";
import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { Card, CardRow } from "@/components/ui/card";
import { Moment } from "@/components/ui/moment";
import { countText } from "@/lib/core/words";
import { verificationLook } from "../../_components/look";
import type { VerificationView } from "../../_components/views";
import { requestVerificationAction } from "../../actions";
import { VerificationWatch } from "./verification-watch";

type Report = NonNullable<VerificationView["report"]>;

const checkNames: Record<string, string> = {
  sequence: "No event is missing",
  leaves: "Every text is the one that was hashed",
  order: "Heads only grow",
  tree: "Heads fit their events",
  signatures: "Heads are signed",
  keys: "Keys were handed over",
  earlier: "It goes on from what was verified before",
  anchors: "It agrees with what is outside",
  approvals: "Nothing was done without its votes",
};

function placeText({ from, to }: Report["findings"][number]): string {
  if (from === null) return "";
  return from === to || to === null ? `Event ${countText(from)}: ` : `Events ${countText(from)} to ${countText(to)}: `;
}

function ReportRows({ report }: { report: Report }) {
  return (
    <>
      {report.checks.map(({ name, ok, says }) => (
        <CardRow key={name} end={<StatusBadge kind={ok ? "ok" : "bad"}>{ok ? "holds" : "does not hold"}</StatusBadge>}>
          <span>{checkNames[name] ?? name}</span>
          <span className="text-ink-3">{says}</span>
        </CardRow>
      ))}
      {report.findings.length === 0 ? null : (
        <CardRow>
          <span className="font-semibold">Where it broke</span>
          <ul className="grid gap-1">
            {report.findings.map((finding) => (
              <li key={`${finding.check}${finding.from}${finding.message}`}>
                {placeText(finding)}
                {finding.message}
              </li>
            ))}
          </ul>
        </CardRow>
      )}
      {report.notes.length === 0 ? null : (
        <CardRow>
          <ul className="grid gap-1 text-ink-2">
            {report.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </CardRow>
      )}
    </>
  );
}

/** The last verification of the whole log, and the button for the next. */
export function VerifyCard({ verification }: { verification: VerificationView | null }) {
  const look = verificationLook(verification);
  const underWay = verification?.state === "waiting" || verification?.state === "running";
  return (
    <Card
      title="Verification of the whole log"
      more={
        <StatusBadge kind={look.kind} strong>
          {look.text}
        </StatusBadge>
      }
      footer={
        <ActionForm action={requestVerificationAction}>
          <SubmitButton disabled={underWay}>{underWay ? "Being verified…" : "Verify now"}</SubmitButton>
        </ActionForm>
      }
    >
      {underWay ? <VerificationWatch shown={verification.stamp} /> : null}
      {verification === null ? (
        <p className="p-4 text-ink-2">
          The worker reads every event from the first on, makes the tree anew, and checks keys, anchors and votes.
        </p>
      ) : (
        <CardRow>
          <span>
            {verification.report
              ? `${countText(verification.report.size)} events, ${countText(verification.report.checkpoints)} heads, ${
                  verification.report.key ? `under key ${verification.report.key.id}` : "under no key that holds"
                }`
              : "No report yet"}
          </span>
          <span className="text-ink-3">
            <Moment at={verification.at} precision="second" />
          </span>
        </CardRow>
      )}
      {verification?.report ? <ReportRows report={verification.report} /> : null}
    </Card>
  );
}
