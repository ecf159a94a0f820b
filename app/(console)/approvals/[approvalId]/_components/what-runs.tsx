import { levelWords } from "@/app/(console)/approvals/_components/request-words";
import { PlanFacts } from "@/app/(console)/restores/[restoreId]/_components/plan-facts";
import { Card } from "@/components/ui/card";
import { Facts } from "@/components/ui/facts";
import type { ApprovalPage } from "@/lib/approvals/view";
import { Fingerprint } from "./fingerprint";
import { PlanChanges } from "./plan-changes";

/** The plan, what it loses and how long it takes, and what changed since people last looked. */
export function WhatRuns({ request }: { request: ApprovalPage }) {
  const { plan, previousPlan, revision, preflight } = request;
  const finding = (id: string) => preflight?.verdicts.find((verdict) => verdict.id === id)?.detail ?? "unknown";
  return (
    <Card title="What will run" more={<>revision {revision}</>} padded>
      <div className="grid gap-4">
        <Fingerprint request={request} />
        <Facts
          facts={[
            { term: "Data lost", detail: finding("loss") },
            { term: "Time", detail: finding("time") },
            { term: "Asks for", detail: levelWords(request) },
          ]}
        />
        {plan ? <PlanFacts plan={plan} /> : null}
        {plan && previousPlan ? <PlanChanges before={previousPlan} after={plan} revision={revision} /> : null}
      </div>
    </Card>
  );
}
