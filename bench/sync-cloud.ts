import { buildLargeEstate } from "@/sandbox/aws/estates/large";
import { startSandbox } from "@/sandbox/main";

/** The pretend cloud of the bench `sync` in a process of its own; says its address and runs until it is ended. */
const [points = 0, jobs = 0, resources = 0] = process.argv.slice(2).map(Number);
const world = buildLargeEstate({ now: new Date(), points, jobs, resources });
const cloud = await startSandbox({ world });
process.stdout.write(`${cloud.url}\n`);
