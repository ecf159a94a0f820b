import type { ReactNode } from "react";
import { levelWords } from "@/app/(console)/approvals/_components/request-words";
import { Card } from "@/components/ui/card";
import { Facts } from "@/components/ui/facts";
import { NameText } from "@/components/ui/name-text";
import { DataTable } from "@/components/ui/table";
import { TextLink } from "@/components/ui/text-link";
import type { ApprovalPage } from "@/lib/approvals/view";
import type { ChangePlan } from "@/lib/changes/rules";
import { Fingerprint } from "./fingerprint";

/** What a change would make different, line by line. */
export function WhatChanges({ request, plan }: { request: ApprovalPage; plan: ChangePlan }) {
  return (
    <Card title="What would change" more={<>revision {request.revision}</>}>
      <div className="grid gap-4 p-4">
        <Fingerprint request={request} />
        <Facts
          facts={[
            { term: "Asks for", detail: levelWords(request) },
            { term: "About", detail: <Subject plan={plan} /> },
            { term: "Because", detail: <NameText text={plan.reason} /> },
          ]}
        />
      </div>
      <div className="border-t">
        <DataTable
          caption="What is, and what would be"
          rows={plan.lines}
          rowKey={({ what }) => what}
          columns={[
            {
              key: "what",
              header: "What",
              cell: ({ what }) => <NameText text={what} className="font-medium wrap-anywhere" />,
            },
            {
              key: "from",
              header: "Now",
              cell: ({ from, to }) => <Parts text={from} against={to} tone="text-ink-3" />,
            },
            {
              key: "to",
              header: "Then",
              cell: ({ from, to }) => <Parts text={to} against={from} tone="font-semibold text-ink" />,
            },
          ]}
        />
      </div>
    </Card>
  );
}

/** A value with the parts that the other one lacks set apart. */
function Parts({ text, against, tone }: { text: string; against: string; tone: string }): ReactNode {
  const others = new Set(against.split(/[;,] /));
  const parts = [...text.matchAll(/.+?(?:[;,] |$)/gs)];
  return (
    <span className="wrap-anywhere">
      {parts.map((found) => (
        <span key={found.index} className={others.has(found[0].replace(/[;,] $/, "")) ? "text-ink-2" : tone}>
          <NameText text={found[0]} />
        </span>
      ))}
    </span>
  );
}

const places: Record<string, (id: string) => string | null> = {
  user: (id) => `/settings/people/${id}`,
  tier: (id) => `/settings/tiers/${id}`,
  connection: (id) => (id === "none" ? null : `/settings/connections/${id}`),
  installation: () => "/settings/governance",
};

function Subject({ plan }: { plan: ChangePlan }) {
  const { type, id, name } = plan.subject;
  const href = plan.action === "person.invite" ? null : (places[type]?.(id) ?? null);
  const text = <NameText text={name} length={80} />;
  return href ? <TextLink href={href}>{text}</TextLink> : text;
}
