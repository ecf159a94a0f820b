import "server-only";
import type { z } from "zod";
import { onPerson } from "@/lib/people/operations";
import type { Reader } from "@/lib/platform/db";
import type { displayProven, displayToAdd } from "./schema";

type Store = Pick<Reader, "user">;

/** The operation of adding a display: what it is called, sees, and for how long. */
export const addingDisplay = (store: Store, userId: string, { grantId: _, ...said }: z.output<typeof displayToAdd>) =>
  onPerson(store, "wall.add", userId, said);

/** The operation of making a new pairing code for a display. */
export const renewingCode = (store: Store, userId: string, { displayId }: z.output<typeof displayProven>) =>
  onPerson(store, "wall.renew_code", userId, { displayId });
