import { startAuthentication, startRegistration, WebAuthnError } from "@simplewebauthn/browser";

export type PasskeyRequest = Parameters<typeof startAuthentication>[0]["optionsJSON"];
export type PasskeyCreation = Parameters<typeof startRegistration>[0]["optionsJSON"];

type Answer<Value> = { value: Value } | { trouble: string };

const closed = "The passkey prompt was closed. Try again.";

/** Asks one of the person's passkeys to sign; in words when none did. */
export async function askPasskey(
  options: PasskeyRequest,
): Promise<Answer<Awaited<ReturnType<typeof startAuthentication>>>> {
  try {
    return { value: await startAuthentication({ optionsJSON: options }) };
  } catch (error) {
    return { trouble: isClosed(error) ? closed : "No passkey answered. Try again, or use another factor." };
  }
}

/** Has a passkey made; in words when it was not. */
export async function makePasskey(
  options: PasskeyCreation,
): Promise<Answer<Awaited<ReturnType<typeof startRegistration>>>> {
  try {
    return { value: await startRegistration({ optionsJSON: options }) };
  } catch (error) {
    if (error instanceof WebAuthnError && error.code === "ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED")
      return { trouble: "This device holds a passkey of yours already." };
    return {
      trouble: isClosed(error)
        ? closed
        : "This browser could not make a passkey. Try another device, or an authenticator app.",
    };
  }
}

const isClosed = (error: unknown) =>
  (error instanceof WebAuthnError && error.code === "ERROR_CEREMONY_ABORTED") ||
  (error instanceof Error && error.name === "NotAllowedError");
