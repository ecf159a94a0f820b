import { Banner } from "@/components/ui/banner";
import { NameText } from "@/components/ui/name-text";
import { TextLink } from "@/components/ui/text-link";

type Props = { connections: readonly { id: string; name: string; titles: readonly string[] }[] };

/** Whoever takes over Holdfast could destroy backups there: said on the first page until the role is narrowed. */
export function OverpoweredRoles({ connections }: Props) {
  return connections.map(({ id, name, titles }) => (
    <Banner
      key={id}
      kind="bad"
      title={
        <>
          Whoever takes over Holdfast could destroy backups in <NameText text={name} />
        </>
      }
      action={<TextLink href={`/settings/connections/${id}`}>What the role may</TextLink>}
    >
      {titles.join(". ")}. No role of a connection needs to: narrow it at AWS, then check the connection again.
    </Banner>
  ));
}
