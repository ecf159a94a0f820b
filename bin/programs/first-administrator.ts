import { issueEnrollmentCode } from "@/lib/people/seed";
import { closeDatabase } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";

/** Prints how the first administrator gets in; says nothing once there is one. */
async function inviteFirstAdministrator(): Promise<void> {
  const issued = await issueEnrollmentCode();
  if (!issued) return;
  const until = issued.expiresAt.toISOString().slice(0, 16).replace("T", " ");
  process.stdout.write(
    `First administrator: open ${env.NEXTAUTH_URL}/enroll and enter ${issued.code} (once, until ${until} UTC).\n`,
  );
}

try {
  await inviteFirstAdministrator();
} finally {
  await closeDatabase();
}
