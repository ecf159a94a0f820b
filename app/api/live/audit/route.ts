import { live } from "@/lib/access/live";
import { getVerificationStamp } from "@/lib/audit/sealing";

export async function GET() {
  return live((actor) => getVerificationStamp(actor, {}));
}
