import { PageSkeleton } from "@/components/ui/skeleton";

/** The shape of a page while it is read. */
export default function Loading() {
  return <PageSkeleton />;
}
