import { generate, generateSecret } from "otplib";
import { db } from "@/lib/platform/db";
import { sealTotpSecret } from "../totp";

/** Gives a factor a real secret, and answers how to make its codes. */
export async function armTotp(
  factorId: string,
): Promise<{ secret: string; code: (offsetSteps?: number) => Promise<string> }> {
  const secret = generateSecret({ length: 20 });
  await db.factor.update({
    where: { id: factorId },
    data: { sealedSecret: sealTotpSecret(factorId, secret), lastStep: 0 },
  });
  const code = (offsetSteps = 0) => generate({ secret, epoch: Math.floor(Date.now() / 1_000) + offsetSteps * 30 });
  return { secret, code };
}
