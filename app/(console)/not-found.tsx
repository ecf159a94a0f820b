import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";

/** Inside the console: what is not there, or not shown to this person, looks the same. */
export default function ConsoleNotFound() {
  return (
    <EmptyState
      title={<h1>Nothing is at this address</h1>}
      action={
        <>
          <LinkButton href="/" variant="primary">
            Go home
          </LinkButton>
          <LinkButton href="/systems">See all systems</LinkButton>
        </>
      }
    >
      It may have been removed, or it lies outside what your roles show you. The search finds by name what you may see.
    </EmptyState>
  );
}
