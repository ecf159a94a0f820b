type Props = {
  words: readonly string[];
  className?: string;
};

/** The fingerprint of a plan, to be compared aloud. */
export function FingerprintWords({ words, className }: Props) {
  return (
    <span className={className}>
      <span className="sr-only">Fingerprint: {words.join(", ")}</span>
      <span aria-hidden="true" className="font-semibold tracking-[0.01em] text-ink [font-variant-ligatures:none]">
        {words.join(" · ")}
      </span>
    </span>
  );
}
