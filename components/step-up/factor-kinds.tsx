import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { RadioCards } from "@/components/ui/radio-cards";

const whyNot = "Passkeys need a host name; this address has none.";

/** What a new factor shall be and what it is called. */
export function FactorKinds({ passkeys, name }: { passkeys: boolean; name: string }) {
  return (
    <>
      <RadioCards
        name="kind"
        legend="Kind"
        required
        defaultValue={passkeys ? "passkey" : "totp"}
        choices={[
          {
            value: "passkey",
            title: "Passkey",
            text: "A key on this device or a hardware key. It cannot be phished, and approves everything.",
            disabled: !passkeys,
            ...(passkeys ? {} : { reason: whyNot }),
          },
          {
            value: "totp",
            title: "Authenticator app",
            text: "Six digits from your phone. Not enough for the gravest approvals.",
          },
        ]}
      />
      <Field name="name" label="Name" hint="To tell it from others later." required>
        <Input defaultValue={name} maxLength={60} />
      </Field>
    </>
  );
}
