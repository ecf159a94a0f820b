"use client";
import { useState } from "react";
import { GovernedForm } from "@/components/step-up/governed";
import { Button } from "@/components/ui/button";
import { Card, CardRow } from "@/components/ui/card";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NameText } from "@/components/ui/name-text";
import {
  addPlaceAction,
  answerProofAction,
  askPlaceAction,
  askPlaceRemovalAction,
  removePlaceAction,
} from "../actions";

type Place = { id: string; account: string; region: string; label: string };

/** Accounts and regions where a restore touches nothing that lives. */
export function Places({ places, edits }: { places: readonly Place[]; edits: boolean }) {
  return (
    <Card title="Isolated places" {...(edits ? { footer: <Add /> } : {})}>
      <p className="px-4 py-3 text-ink-2">
        A restore into one of these asks nobody else (level 3). Keep them cut off from everything that lives.
      </p>
      {places.length === 0 ? <p className="px-4 pb-3 text-ink-3">No place is called isolated.</p> : null}
      <div className={places.length === 0 ? "" : "border-t"}>
        {places.map((place) => (
          <CardRow key={place.id} end={edits ? <Remove place={place} /> : null}>
            <NameText text={place.label} className="font-medium" />
            <span className="text-ink-3">
              account {place.account}, {place.region}
            </span>
          </CardRow>
        ))}
      </div>
    </Card>
  );
}

function Add() {
  const [open, setOpen] = useState(false);
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      trigger={<Button>Call a place isolated…</Button>}
      title="Call a place isolated"
      description="Restores there ask nobody else from then on, so everybody of level 0 is asked about this."
    >
      <GovernedForm
        action={addPlaceAction}
        begin={askPlaceAction}
        finish={answerProofAction}
        label="Confirm and ask"
        onApplied={() => setOpen(false)}
      >
        <Field name="account" label="Account" hint="The twelve digits of the AWS account." required>
          <Input inputMode="numeric" maxLength={12} autoComplete="off" />
        </Field>
        <Field name="region" label="Region" hint="Such as eu-central-1." required>
          <Input maxLength={40} autoComplete="off" />
        </Field>
        <Field name="label" label="What it is" hint="Such as “recovery lab, no peering”." required>
          <Input maxLength={120} autoComplete="off" />
        </Field>
      </GovernedForm>
    </Dialog>
  );
}

function Remove({ place }: { place: Place }) {
  const [open, setOpen] = useState(false);
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button variant="quiet" size="small" aria-label={`Take ${place.label} off the list`}>
          Take off…
        </Button>
      }
      title={`Take ${place.label} off the list`}
      description="Restores there ask other people again. This only tightens, so it is done at once."
    >
      <GovernedForm
        action={removePlaceAction}
        begin={askPlaceRemovalAction}
        finish={answerProofAction}
        label="Confirm and take off"
        fields={{ placeId: place.id }}
        asks={false}
        onApplied={() => setOpen(false)}
      />
    </Dialog>
  );
}
