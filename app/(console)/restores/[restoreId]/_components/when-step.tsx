"use client";
import { useState } from "react";
import { StatusBadge } from "@/components/status/status-badge";
import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { Banner } from "@/components/ui/banner";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { LinkButton } from "@/components/ui/link-button";
import { Moment } from "@/components/ui/moment";
import { RadioCards } from "@/components/ui/radio-cards";
import { ageText, bytesText } from "@/lib/core/words";
import type { Moments, RestoreView } from "@/lib/restores/view";
import { saveWhenAction } from "../../actions";
import { DraftKey } from "./draft-key";

/** Step 2: the moment to go back to. What cannot be reached cannot be chosen, and says why. */
export function WhenStep({ restore, moments }: { restore: RestoreView; moments: Moments }) {
  const chosen = restore.draft.when;
  const [kind, setKind] = useState<string>(chosen?.kind ?? "latest");
  const usable = moments.points.filter(
    ({ status, storageClass, contradictory, malware }) =>
      status === "available" && storageClass !== "deleted" && !contradictory && malware !== "infected",
  );
  const newest = usable.find((point) => point.kind === "snapshot");
  const { window } = moments;
  const latest = window ? (
    <Moment at={window.latestAt} precision="second" />
  ) : newest?.dataAsOf ? (
    <Moment at={newest.dataAsOf} precision="second" />
  ) : (
    "Nothing usable is known"
  );
  if (moments.points.length === 0 && !window)
    return (
      <Banner kind="bad" title="There is nothing to go back to">
        No recovery point of this resource is known. Choose another resource, or read the connection again if it was
        backed up just now.
      </Banner>
    );
  return (
    <ActionForm action={saveWhenAction}>
      <DraftKey restore={restore} />
      <RadioCards
        name="kind"
        legend="Go back to"
        value={kind}
        onValueChange={setKind}
        columns={3}
        choices={[
          { value: "latest", title: "The latest moment", text: latest, disabled: !window && !newest },
          { value: "point", title: "A recovery point", text: `${usable.length} can be restored` },
          {
            value: "time",
            title: "A moment inside the window",
            text: window ? (
              <span className="num">
                {window.earliestAt.slice(0, 16).replace("T", " ")} to {window.latestAt.slice(0, 16).replace("T", " ")}{" "}
                UTC
              </span>
            ) : (
              "Only with a continuous backup"
            ),
            disabled: !window,
          },
        ]}
      />
      {kind === "time" && window ? (
        <Field
          name="at"
          label="Moment (UTC)"
          hint="To the second, as 2026-11-24T06:58:00Z. Just before the mistake is what you want."
          required
        >
          <Input
            name="at"
            defaultValue={chosen?.kind === "time" ? chosen.at : window.latestAt.slice(0, 19).concat("Z")}
            className="num max-w-72"
            spellCheck={false}
          />
        </Field>
      ) : null}
      {kind === "point" ? (
        <div className="max-h-[420px] overflow-y-auto rounded-md">
          <RadioCards
            name="pointId"
            legend="Recovery point, newest first"
            defaultValue={chosen?.kind === "point" ? chosen.pointId : newest?.id}
            choices={moments.points.map((point) => toChoice(point, usable.includes(point)))}
          />
        </div>
      ) : null}
      <div className="flex flex-wrap items-center justify-end gap-3">
        <span className="mr-auto text-ink-3">The provider is asked how this point is restored.</span>
        <LinkButton href={`/restores/${restore.id}?step=what`} variant="quiet">
          Back
        </LinkButton>
        <SubmitButton>Go on to the target</SubmitButton>
      </div>
    </ActionForm>
  );
}

type Point = Moments["points"][number];

const factsOf = (point: Point) =>
  [
    point.kind,
    point.vault,
    point.sizeBytes === null ? null : bytesText(point.sizeBytes),
    point.storageClass === "cold" ? "cold: about 4 h longer" : null,
  ]
    .filter(Boolean)
    .join(" · ");

function toChoice(point: Point, restorable: boolean) {
  return {
    value: point.id,
    disabled: !restorable,
    title: (
      <span className="num">
        {point.dataAsOf ? <Moment at={point.dataAsOf} precision="second" /> : "Moment unknown"}
        {point.ageSeconds === null ? null : (
          <span className="font-normal text-ink-3"> · {ageText(point.ageSeconds)} ago</span>
        )}
      </span>
    ),
    text: (
      <span className="flex flex-wrap gap-x-3">
        <span>{factsOf(point)}</span>
        {point.proof ? (
          <StatusBadge kind={point.proof.result === "passed" ? "ok" : "bad"}>
            {point.proof.level} {point.proof.at.slice(0, 10)}
          </StatusBadge>
        ) : null}
      </span>
    ),
    ...(restorable ? {} : { reason: `Cannot be restored: ${point.rawStatus.toLowerCase()}` }),
  };
}
