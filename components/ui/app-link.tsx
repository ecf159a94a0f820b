import type { Route } from "next";
import Link from "next/link";
import type { ComponentProps } from "react";

type Props = Omit<ComponentProps<typeof Link>, "href"> & {
  /** A path of this application, with its query. */
  href: string;
};

/** A link inside the application, for addresses that are put together at run time. */
export function AppLink({ href, ...rest }: Props) {
  // Furniture is handed addresses as text, so the check against the known routes stays with the pages.
  return <Link href={href as Route} {...rest} />;
}
