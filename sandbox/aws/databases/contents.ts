import type { Content } from "@/sandbox/aws/databases/content";
import { crmContent } from "@/sandbox/aws/databases/contents/crm";
import { identityContent } from "@/sandbox/aws/databases/contents/identity";
import { inventoryContent } from "@/sandbox/aws/databases/contents/inventory";
import { ledgerContent } from "@/sandbox/aws/databases/contents/ledger";
import { ordersContent } from "@/sandbox/aws/databases/contents/orders";
import { ticketsContent } from "@/sandbox/aws/databases/contents/tickets";

/** Every kind of content by its name. */
export const contents: ReadonlyMap<string, Content> = new Map(
  [ordersContent, ledgerContent, crmContent, ticketsContent, inventoryContent, identityContent].map((content) => [
    content.kind,
    content,
  ]),
);

/** The content of a kind; an unknown kind is an error, because no other content would be the right one. */
export function contentOf(kind: string): Content {
  const content = contents.get(kind);
  if (!content) throw new Error(`No sandbox database content is called "${kind}": ${[...contents.keys()].join(", ")}.`);
  return content;
}
