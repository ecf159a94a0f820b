/** The first thing the keyboard reaches: past the navigation, into the page. */
export function SkipLink() {
  return (
    <a
      href="#main"
      className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-60 focus:rounded-md focus:bg-accent focus:px-3 focus:py-1.5 focus:font-medium focus:text-accent-ink"
    >
      Skip to the content
    </a>
  );
}
