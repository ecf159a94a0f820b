import { live } from "@/lib/access/live";
import { getHomeStamp } from "@/lib/health/data";

export const GET = () => live((actor) => getHomeStamp(actor, {}));
