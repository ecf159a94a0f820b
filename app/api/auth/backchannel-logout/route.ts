import { takeLogoutToken } from "@/lib/auth/backchannel-porch";

export const POST = (request: Request) => takeLogoutToken(request);
