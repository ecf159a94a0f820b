"use server";
import { leave } from "@/lib/auth/porch";

export async function signOutAction(): Promise<void> {
  return leave();
}
