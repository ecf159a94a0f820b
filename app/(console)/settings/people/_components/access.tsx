import { Card } from "@/components/ui/card";
import type { PersonView } from "@/lib/people/rules";
import { disablePersonAction, endPersonsSessionsAction } from "../actions";
import { ReasonForm } from "./reason-form";
import { Enable, Reissue } from "./reopen";

/** Ways to shut somebody out and to let them in again. */
export function Access({ person, own }: { person: PersonView; own: boolean }) {
  const { id: personId, displayName: name, status } = person;
  return (
    <Card title="Access" padded>
      <div className="flex flex-wrap gap-2">
        <ReasonForm
          action={endPersonsSessionsAction}
          label="End sessions"
          title={`End the sessions of ${name}`}
          text={own ? "All but this one." : "They must sign in again with both factors."}
          fields={{ personId }}
        />
        {own ? null : status === "disabled" ? (
          <Enable personId={personId} name={name} />
        ) : (
          <>
            <ReasonForm
              action={disablePersonAction}
              label="Disable"
              title={`Disable ${name}`}
              text="Their sessions end at once and they cannot sign in. What they did stays."
              fields={{ personId }}
            />
            <Reissue personId={personId} name={name} />
          </>
        )}
      </div>
    </Card>
  );
}
