import { takeReport } from "@/lib/access/csp-report";

export const POST = (request: Request) => takeReport(request);
