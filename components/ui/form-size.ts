import { type Refused, refuse } from "@/lib/core/outcome";

/** What the server takes of one form: see `bodySizeLimit` in next.config.ts, with room for what surrounds the fields. */
const mostBytes = 240_000;

/** A form that the server would cut off is refused before it is sent, by its largest field, so that nothing is lost. */
export function refuseTooLarge(form: FormData): Refused | null {
  const sizes = [...form].map(
    ([name, value]) => [name, typeof value === "string" ? new Blob([value]).size : value.size] as const,
  );
  if (sizes.reduce((sum, [, size]) => sum + size, 0) <= mostBytes) return null;
  const [largest] = sizes.sort((a, b) => b[1] - a[1])[0] ?? ["form"];
  const message = "This is more than a form can hold (240 kB). Shorten it; what you typed is still here.";
  return refuse("invalid", message, { [largest]: message });
}
