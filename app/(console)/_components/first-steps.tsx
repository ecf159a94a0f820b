import { StatusGlyph } from "@/components/status/glyph";
import { Card, CardRow } from "@/components/ui/card";
import { LinkButton } from "@/components/ui/link-button";

type Props = {
  setup: { connections: number; resources: number; systems: number };
  mayConnect: boolean;
  mayEdit: boolean;
};

/** What a new installation does first, each step marked when it is done. */
export function FirstSteps({ setup, mayConnect, mayEdit }: Props) {
  const steps = [
    {
      done: setup.connections > 0,
      title: "Connect an account",
      text: "Holdfast reads its backups with a role that may change nothing.",
      action: mayConnect ? { href: "/settings/connections/new", label: "Connect an account" } : null,
      otherwise: "An administrator does this.",
    },
    {
      done: setup.resources > 0,
      title: "Let it be read",
      text: "The first full read finds what exists and which recovery points it has.",
      action: setup.connections > 0 ? { href: "/settings/connections", label: "See connections" } : null,
      otherwise: "It begins by itself once an account is connected.",
    },
    {
      done: setup.systems > 0,
      title: "Name your systems",
      text: "A system is what the business would miss; give it a tier, an owner and its resources.",
      action: mayEdit
        ? {
            href: setup.resources > 0 ? "/systems/unassigned" : "/systems/new",
            label: setup.resources > 0 ? "Sort the inbox" : "Add a system",
          }
        : null,
      otherwise: "An operator or an administrator does this.",
    },
  ];
  const next = steps.findIndex(({ done }) => !done);
  return (
    <Card title="First steps">
      {steps.map(({ done, title, text, action, otherwise }, index) => (
        <CardRow
          key={title}
          lead={<StatusGlyph kind={done ? "ok" : "none"} label={done ? "done" : "to do"} className="mt-[3px]" />}
          end={
            action === null || done ? null : (
              <LinkButton href={action.href} variant={index === next ? "primary" : "default"}>
                {action.label}
              </LinkButton>
            )
          }
        >
          <span className="font-semibold">
            {index + 1}. {title}
          </span>
          <span className="text-ink-2">
            {text} {action === null && !done ? otherwise : ""}
          </span>
        </CardRow>
      ))}
    </Card>
  );
}
