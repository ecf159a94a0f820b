import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { changeConnectionStateAction } from "../actions";

type Props = { connectionId: string; state: "active" | "disabled" };

/** Stops or resumes the reading of a connection. */
export function StateForm({ connectionId, state }: Props) {
  return (
    <ActionForm action={changeConnectionStateAction}>
      <input type="hidden" name="connectionId" value={connectionId} />
      <input type="hidden" name="state" value={state === "active" ? "disabled" : "active"} />
      <SubmitButton variant="quiet">{state === "active" ? "Disable" : "Enable"}</SubmitButton>
    </ActionForm>
  );
}
