import "server-only";
import { type SeededPerson, writeFirstCode, writePerson } from "@/lib/auth/seeding";

/** Puts a person with password, authenticator app and roles into a new installation. Answers their id. */
export async function seedPerson(person: SeededPerson): Promise<string> {
  return writePerson(person);
}

/** The one-time code for the first administrator of an installation; null once there is one. */
export async function issueEnrollmentCode(): Promise<{ code: string; expiresAt: Date } | null> {
  return writeFirstCode();
}
