import { issueEnrollmentCode } from "@/lib/people/seed";
import { closeDatabase, db } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import { ensureDefaultTiers } from "@/lib/tiers/ensure";

/** Held while the built-in rows are laid, because two workers may start at once. */
const lockKey = 7_240_113;

/** Lays what every installation begins with. */
async function layDefaults(): Promise<void> {
  await db.$transaction(async (tx) => {
    await tx.$executeRaw`select pg_advisory_xact_lock(${lockKey})`;
    await ensureDefaultTiers(tx, new Date());
  });
}

/** Prints how the first administrator gets in; says nothing once there is one. */
async function inviteFirstAdministrator(): Promise<void> {
  const issued = await issueEnrollmentCode();
  if (!issued) return;
  const until = issued.expiresAt.toISOString().slice(0, 16).replace("T", " ");
  process.stdout.write(
    `First administrator: open ${env.NEXTAUTH_URL}/enroll and enter ${issued.code} (once, until ${until} UTC).\n`,
  );
}

/** `administrator` also makes the one-time code; without it only the defaults are laid. */
try {
  await layDefaults();
  if (process.argv.includes("administrator")) await inviteFirstAdministrator();
} finally {
  await closeDatabase();
}
