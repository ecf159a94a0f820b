"use client";
import { groupsText } from "@/app/(console)/approvals/_components/request-words";
import { StatusGlyph } from "@/components/status/glyph";
import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { Card, CardRow } from "@/components/ui/card";
import { Moment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import type { DelegationView } from "@/lib/governance/rules";
import { endDelegationAction } from "../actions";

type Props = {
  title: string;
  rows: readonly DelegationView[];
  none: string;
  me: string;
  /** Whoever rules may end any; else only those one has a part in. */
  endsAny: boolean;
};

/** Votes that somebody else may cast for now. */
export function DelegationsCard({ title, rows, none, me, endsAny }: Props) {
  const name = (id: string, words: string) => (id === me ? "you" : <NameText text={words} length={50} />);
  return (
    <Card title={title}>
      {rows.length === 0 ? <p className="px-4 py-3 text-ink-3">{none}</p> : null}
      {rows.map((row) => (
        <CardRow
          key={row.id}
          lead={<StatusGlyph kind="lock" label="given away" className="mt-1" />}
          end={endsAny || [row.delegatorId, row.delegateId].includes(me) ? <End row={row} me={me} /> : null}
        >
          <span>
            <b className="font-medium">
              {row.delegateId === me ? "You" : <NameText text={row.delegate} length={50} />}
            </b>{" "}
            {row.delegateId === me ? "vote" : "votes"} in the place of{" "}
            <b className="font-medium">{name(row.delegatorId, row.delegator)}</b> as {groupsText([row.group])}
          </span>
          <span className="text-ink-2">
            until <Moment at={row.validTo} />
            {row.coversLevelZero ? ", also on level 0" : ", not on level 0"}
          </span>
          <NameText text={row.reason} className="text-ink-3" />
        </CardRow>
      ))}
    </Card>
  );
}

function End({ row, me }: { row: DelegationView; me: string }) {
  const label = row.delegatorId === me ? "Take back" : row.delegateId === me ? "Give back" : "End";
  return (
    <ActionForm action={endDelegationAction}>
      <input type="hidden" name="delegationId" value={row.id} />
      <SubmitButton variant="quiet" size="small" aria-label={`${label} the vote of ${row.delegator}`}>
        {label}
      </SubmitButton>
    </ActionForm>
  );
}
