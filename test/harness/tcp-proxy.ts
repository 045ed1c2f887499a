import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server that can be cut, and opened at a port of one's choice. */
export interface TcpProxy {
  /** host:port */
  readonly address: string;
  /** Drops all connections and takes no more. */
  cut(): void;
}

/** Passes everything that comes in at `port` (0: a free one) on to `target` (host:port). */
export async function tcpProxy(target: string, port = 0): Promise<TcpProxy> {
  const [host, targetPort] = target.split(':');
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect({ host, port: Number(targetPort) });
    for (const socket of [near, far]) sockets.add(socket.on('error', () => undefined));
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const cut = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, cut };
}
