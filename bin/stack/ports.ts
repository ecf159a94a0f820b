import net from "node:net";

const canListen = (port: number, host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", (error: NodeJS.ErrnoException) =>
      resolve(error.code === "EADDRNOTAVAIL" || error.code === "EAFNOSUPPORT"),
    );
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });

/** Whether nobody listens on this port of the machine, by either address family. */
export async function isPortFree(port: number): Promise<boolean> {
  return (await canListen(port, "127.0.0.1")) && (await canListen(port, "::1"));
}

/** The port itself when it is free, else the next one that is. */
export async function nextFreePort(port: number): Promise<number> {
  for (let tried = port; tried < Math.min(port + 200, 65_536); tried++) if (await isPortFree(tried)) return tried;
  throw new Error(`No port from ${port} on is free.`);
}
