import { truncateMiddle, visible } from "@/lib/core/words";

type Props = {
  text: string;
  /** Cut in the middle beyond this many characters; the whole stands in the tooltip. */
  length?: number;
  className?: string;
};

/** A name somebody else chose: hidden characters are shown, its direction is kept to itself, and it may be cut. */
export function NameText({ text, length, className }: Props) {
  const whole = visible(text);
  const shown = length === undefined ? whole : truncateMiddle(whole, length);
  return (
    <bdi className={className} {...(shown === whole ? {} : { title: whole })}>
      {shown}
    </bdi>
  );
}
