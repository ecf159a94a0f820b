import { AppLink } from "@/components/ui/app-link";

/** The anchor and the name. */
export function Brand() {
  return (
    <AppLink
      href="/"
      prefetch={false}
      className="flex items-center gap-2 rounded-md px-2 py-0.5 text-[0.9375rem] font-[650] tracking-[-0.01em]"
    >
      <svg aria-hidden="true" width="20" height="20" viewBox="0 0 20 20">
        <path
          d="M10 1v11M10 12c-4 0-7 2-7 6M10 12c4 0 7 2 7 6M10 12v7M6 5h8"
          className="stroke-accent"
          strokeWidth="2.1"
          fill="none"
          strokeLinecap="round"
        />
      </svg>
      Holdfast
    </AppLink>
  );
}
