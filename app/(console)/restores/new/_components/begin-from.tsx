import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { Card } from "@/components/ui/card";
import { beginRestoreAction } from "../../actions";

/** Begins a draft for what a link already chose; a draft is written only when somebody says so, never by a visit. */
export function BeginFrom({ fields }: { fields: Record<string, string> }) {
  return (
    <Card padded title="Your choice">
      <ActionForm action={beginRestoreAction}>
        {Object.entries(fields).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        <p className="text-ink-2">
          {fields.pointId
            ? "You come from a recovery point."
            : fields.resourceId
              ? "You come from a resource."
              : "You come from a system."}{" "}
          Go on with it, or choose another below.
        </p>
        <div>
          <SubmitButton>Go on with this</SubmitButton>
        </div>
      </ActionForm>
    </Card>
  );
}
