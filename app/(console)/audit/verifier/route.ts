import { answerVerifier } from "@/lib/audit/porch";

export async function GET() {
  return answerVerifier();
}
