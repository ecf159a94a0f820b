import { answerSystemsExport } from "@/lib/imports/porch";

export async function GET() {
  return answerSystemsExport();
}
