import { liveWall } from "@/lib/access/live";
import { getWallStamp } from "@/lib/walls/data";

export const GET = () => liveWall((actor) => getWallStamp(actor, {}));
