import { answerExport } from "@/lib/audit/porch";

export async function POST(request: Request) {
  return answerExport(await request.formData());
}
