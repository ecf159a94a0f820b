import type { Metadata } from "next";
import { Card, CardRow } from "@/components/ui/card";
import { PageHeader } from "@/components/ui/page-header";
import { TextLink } from "@/components/ui/text-link";
import { may } from "@/lib/access/permissions";
import { show } from "@/lib/access/show";
import { ageText, plural } from "@/lib/core/words";
import { getFreshness } from "@/lib/shell/data";

export const metadata: Metadata = { title: "Settings" };

/** What can be set, and who may set it. */
export default async function SettingsPage() {
  const { freshness, places } = await show(async (actor) => ({
    freshness: await getFreshness(actor, {}),
    places: [
      {
        href: "/settings/connections",
        title: "Connections",
        text: "The accounts that backups are read from, what each role may do there, and when each was read last.",
        edits: may(actor, "connection:edit"),
        shown: true,
      },
      {
        href: "/settings/tiers",
        title: "Tiers",
        text: "How long a system may be away, how much it may lose, and how often that is proven.",
        edits: may(actor, "tier:edit"),
        shown: true,
      },
      {
        href: "/settings/people",
        title: "People",
        text: "Who may come in, with which roles and factors, and over which part of the estate.",
        edits: may(actor, "people:edit"),
        shown: may(actor, "people:read"),
      },
      {
        href: "/settings/governance",
        title: "Governance",
        text: "Who must agree to what, whether they could, whose vote is given away, and the switch that freezes all restores.",
        edits: may(actor, "policy:edit"),
        shown: may(actor, "change:read"),
      },
      {
        href: "/settings/governance/delegations",
        title: "Delegations",
        text: "The votes that others gave to you for a time.",
        edits: true,
        shown: !may(actor, "change:read"),
      },
      {
        href: "/settings/single-sign-on",
        title: "Single sign-on",
        text: "The identity provider people may come in through, and what its claims are worth here.",
        edits: may(actor, "people:edit"),
        shown: may(actor, "people:read"),
      },
      {
        href: "/settings/wall-displays",
        title: "Wall displays",
        text: "The screens that show the wall by themselves, what each of them sees, and when it asked last.",
        edits: may(actor, "people:edit"),
        shown: may(actor, "people:read"),
      },
      {
        href: "/account",
        title: "Your account",
        text: "Your factors, your sessions, and how things look to you.",
        edits: true,
        shown: true,
      },
    ].filter(({ shown }) => shown),
  }));
  const { total, read, oldestReadAt } = freshness;
  const age = oldestReadAt ? `, the oldest ${ageText((Date.now() - Date.parse(oldestReadAt)) / 1_000)} ago` : "";
  return (
    <>
      <PageHeader
        title="What Holdfast reads, expects, and lets people do."
        sub={
          total === 0
            ? "No connection yet: until one is added, nothing is known and nothing is protected."
            : `${read} of ${plural(total, "connection")} read lately${age}.`
        }
      />
      <Card>
        {places.map(({ href, title, text, edits }) => (
          <CardRow key={href} end={<span className="text-ink-3">{edits ? "You may change this" : "To look at"}</span>}>
            <TextLink href={href} className="font-medium">
              {title}
            </TextLink>
            <p className="text-ink-2">{text}</p>
          </CardRow>
        ))}
      </Card>
    </>
  );
}
