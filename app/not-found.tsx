import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";

export const metadata = { title: "Not found" };

/** An address that leads nowhere, or to something this person may not see. */
export default function NotFound() {
  return (
    <main className="grid min-h-screen place-items-center">
      <EmptyState
        title={<h1>Nothing is at this address</h1>}
        action={
          <LinkButton href="/" variant="primary">
            Go home
          </LinkButton>
        }
      >
        It may have been removed, or it is not shown to you.
      </EmptyState>
    </main>
  );
}
