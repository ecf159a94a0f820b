import { live } from "@/lib/access/live";
import { unreadCount } from "@/lib/notifications/data";

export const GET = () => live((actor) => unreadCount(actor, {}));
