/** The anchor that stands for the product. */
export function Anchor() {
  return (
    <svg aria-hidden="true" width="20" height="20" viewBox="0 0 20 20">
      <path
        d="M10 1v11M10 12c-4 0-7 2-7 6M10 12c4 0 7 2 7 6M10 12v7M6 5h8"
        className="stroke-accent"
        strokeWidth="2.1"
        fill="none"
        strokeLinecap="round"
      />
    </svg>
  );
}
