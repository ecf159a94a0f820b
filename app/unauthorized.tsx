import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";

/** A page asked for by somebody whose session has ended, or never began. */
export default function Unauthorized() {
  return (
    <main className="grid min-h-screen place-items-center">
      <EmptyState
        title={<h1>Sign in to see this page</h1>}
        action={
          <LinkButton href="/sign-in" variant="primary">
            Sign in
          </LinkButton>
        }
      >
        Your session has ended, or this browser never had one. Nothing that was running is stopped by it.
      </EmptyState>
    </main>
  );
}
