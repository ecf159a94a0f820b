import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";

/** A page that this person's roles do not open. */
export default function Forbidden() {
  return (
    <main className="grid min-h-screen place-items-center">
      <EmptyState
        title={<h1>Your roles do not open this page</h1>}
        action={
          <>
            <LinkButton href="/" variant="primary">
              Go home
            </LinkButton>
            <LinkButton href="/account">See your roles</LinkButton>
          </>
        }
      >
        Nothing is wrong with your account. An administrator gives roles under Settings, People.
      </EmptyState>
    </main>
  );
}
