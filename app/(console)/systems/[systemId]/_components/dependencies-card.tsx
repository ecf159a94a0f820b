import { healthKind, healthWord } from "@/app/(console)/_components/health-look";
import { StatusGlyph } from "@/components/status/glyph";
import { Card, CardRow } from "@/components/ui/card";
import { NameText } from "@/components/ui/name-text";
import { TextLink } from "@/components/ui/text-link";
import type { Dependencies, DependencyView } from "@/lib/dependencies/view";
import { AddDependency, EndDependency } from "./dependency-forms";

type Props = { systemId: string; dependencies: Dependencies; mayEdit: boolean };

function Row({
  one,
  text,
  systemId,
  mayEnd,
}: {
  one: DependencyView;
  text: string;
  systemId: string;
  mayEnd: boolean;
}) {
  return (
    <CardRow
      lead={<StatusGlyph kind={healthKind[one.state]} label={healthWord[one.state]} className="mt-[3px]" />}
      end={mayEnd ? <EndDependency systemId={systemId} dependencyId={one.id} name={one.name} /> : null}
    >
      <span>
        {text}{" "}
        <TextLink href={`/systems/${one.systemId}`} className="font-semibold text-ink">
          <NameText text={one.name} length={48} />
        </TextLink>{" "}
        <span className="text-ink-3">{one.kind === "hard" ? "to recover at all" : "to work fully"}</span>
      </span>
    </CardRow>
  );
}

/** What a system needs to recover, and what waits for it. */
export function DependenciesCard({ systemId, dependencies: { needs, neededBy }, mayEdit }: Props) {
  return (
    <Card
      title="Dependencies"
      more={<TextLink href={`/systems/${systemId}/dependencies`}>Graph and findings</TextLink>}
    >
      {needs.length + neededBy.length === 0 ? <p className="px-4 py-3 text-ink-3">None are written down.</p> : null}
      {needs.map((one) => (
        <Row key={one.id} one={one} text="needs" systemId={systemId} mayEnd={mayEdit} />
      ))}
      {neededBy.map((one) => (
        <Row key={one.id} one={one} text="is needed by" systemId={systemId} mayEnd={false} />
      ))}
      {mayEdit ? (
        <div className="border-t px-4 py-3">
          <AddDependency systemId={systemId} without={needs.map((need) => need.systemId)} />
        </div>
      ) : null}
    </Card>
  );
}
