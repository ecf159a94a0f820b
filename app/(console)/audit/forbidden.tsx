import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";

/** The log is for those who look after others' deeds. */
export default function AuditForbidden() {
  return (
    <EmptyState
      title={<h1>The audit log is not open to your roles</h1>}
      action={
        <>
          <LinkButton href="/" variant="primary">
            Go home
          </LinkButton>
          <LinkButton href="/account">See your roles</LinkButton>
        </>
      }
    >
      Auditors and administrators read it. What was done to a restore you may see stands on the restore's own page.
    </EmptyState>
  );
}
