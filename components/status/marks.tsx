import { StatusBadge } from "./status-badge";

type Props = { breakGlass: boolean; singleOperator: boolean; className?: string };

/** What is out of the ordinary about who agreed to something; nothing where nothing is. */
export function ApprovalMarks({ breakGlass, singleOperator, className }: Props) {
  if (!breakGlass && !singleOperator) return null;
  return (
    <span className={className ?? "flex flex-wrap gap-x-4 gap-y-1"}>
      {breakGlass ? (
        <StatusBadge kind="lock" strong>
          Forced past its votes
        </StatusBadge>
      ) : null}
      {singleOperator ? (
        <StatusBadge kind="lock" strong>
          Single-operator mode
        </StatusBadge>
      ) : null}
    </span>
  );
}
