import { Card, CardRow } from "@/components/ui/card";
import { Moment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { TextLink } from "@/components/ui/text-link";
import type { PolicyLevels } from "@/lib/approvals/rules";
import { differences } from "./level-words";

type Version = { version: number; levels: PolicyLevels; at: string; by: string | null; approvalId: string | null };

/** Every version of the policy, newest first, with what it changed and who agreed. */
export function History({ versions }: { versions: readonly Version[] }) {
  return (
    <Card title="Versions of the policy">
      {versions.map((one, index) => {
        const before = versions[index + 1];
        return (
          <CardRow
            key={one.version}
            end={one.approvalId ? <TextLink href={`/approvals/${one.approvalId}`}>Who agreed</TextLink> : null}
          >
            <span>
              <b className="font-medium">Version {one.version}</b>
              {index === 0 ? ", in force" : ""}
            </span>
            <span className="text-ink-3">
              since <Moment at={one.at} />
              {one.by ? (
                <>
                  , put forward by <NameText text={one.by} length={40} />
                </>
              ) : (
                ", as installed"
              )}
            </span>
            {before ? (
              <ul className="text-ink-2">
                {differences(one.levels, before.levels).map((line) => (
                  <li key={line}>{line}</li>
                ))}
              </ul>
            ) : null}
          </CardRow>
        );
      })}
    </Card>
  );
}
