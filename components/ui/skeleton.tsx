import { cn } from "./cn";

/** A grey shape where something will stand. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden="true" className={cn("block h-3.5 rounded-sm bg-line", className)} />;
}

/** The shape of a page with a head and a table, said once to a screen reader. */
export function PageSkeleton({ rows = 8 }: { rows?: number }) {
  return (
    <div role="status" aria-label="Loading" className="grid grid-cols-[minmax(0,1fr)] gap-6">
      <div className="grid grid-cols-[minmax(0,1fr)] gap-2">
        <Skeleton className="h-7 w-80 max-w-full" />
        <Skeleton className="w-120 max-w-full" />
      </div>
      <div className="rounded-lg border bg-surface">
        <div className="border-b px-4 py-3">
          <Skeleton className="w-40" />
        </div>
        {Array.from({ length: rows }, (_, row) => row).map((row) => (
          <div key={row} className="flex items-center gap-6 border-b px-4 py-3.5 last:border-b-0">
            <Skeleton className="size-3 rounded-full" />
            <Skeleton className="w-48" />
            <Skeleton className="hidden w-28 md:block" />
            <Skeleton className="ml-auto w-24" />
          </div>
        ))}
      </div>
    </div>
  );
}
