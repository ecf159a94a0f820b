import { Children, type ReactNode } from "react";
import { visible } from "@/lib/core/words";

/** Texts among children with their hidden and direction-changing characters spelled out; names often stand in them. */
export const shown = (node: ReactNode): ReactNode =>
  typeof node === "string"
    ? visible(node)
    : Array.isArray(node)
      ? Children.map(node, (child: ReactNode) => (typeof child === "string" ? visible(child) : child))
      : node;
