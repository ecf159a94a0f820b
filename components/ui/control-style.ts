/** The look shared by everything that is typed into or chosen from. */
export const controlClass =
  "w-full min-w-0 rounded-md border border-line-field bg-surface px-2.5 py-1 text-ink placeholder:text-ink-3 " +
  "min-h-8 max-md:min-h-11 aria-invalid:border-bad aria-invalid:ring-1 aria-invalid:ring-bad " +
  "disabled:cursor-not-allowed disabled:bg-sunken disabled:text-ink-3";
