import type { ReactNode } from "react";
import type { StatusKind } from "@/components/status/kind";
import { LinkTabs } from "@/components/ui/link-tabs";
import { PageHeader } from "@/components/ui/page-header";

const pages = [
  { name: "policy", href: "/settings/governance", label: "Policy" },
  { name: "readiness", href: "/settings/governance/readiness", label: "Readiness" },
  { name: "delegations", href: "/settings/governance/delegations", label: "Delegations" },
  { name: "freeze", href: "/settings/governance/freeze", label: "Freeze" },
] as const;

type Props = {
  current: (typeof pages)[number]["name"];
  kind?: StatusKind;
  title: ReactNode;
  sub?: ReactNode;
  actions?: ReactNode;
  /** Off for whoever may see their own delegations and nothing else here. */
  all?: boolean;
};

/** The head of every page on how the installation is ruled, with the way to the others. */
export function GovernanceHead({ current, all = true, ...head }: Props) {
  return (
    <>
      <PageHeader crumbs={[{ label: "Settings", href: "/settings" }, { label: "Governance" }]} {...head} />
      {all ? (
        <LinkTabs
          label="Governance"
          tabs={pages.map(({ name, href, label }) => ({ href, label, current: name === current }))}
        />
      ) : null}
    </>
  );
}
