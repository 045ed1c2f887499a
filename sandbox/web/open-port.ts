import type http from 'node:http';
import type https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { wait } from '../qrs/wait.ts';

/** A listening port that can be shut and opened again under the same number. */
export interface OpenPort {
  port: number;
  /** Resets the connection (TCP RST) that the request came by. */
  reset(request: http.IncomingMessage): void;
  /** Stops listening and resets all connections. */
  shut(): Promise<void>;
  /** Listens again. */
  open(): Promise<void>;
  /** Shut, and open again after a while. */
  shutFor(ms: number): Promise<void>;
  /** Shut for good. */
  close(): Promise<void>;
}

/** Makes a server, with TLS or without, listen on `port` (0: any free one) of `ip`. */
export async function openPort(server: http.Server | https.Server, ip: string, wanted: number): Promise<OpenPort> {
  const sockets = trackSockets(server);
  let port = wanted;
  let isClosed = false;
  const open = async (): Promise<void> => {
    if (server.listening || isClosed) return;
    await listen(server, port, ip);
    port = (server.address() as AddressInfo).port;
  };
  const shut = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    for (const socket of sockets.values()) socket.resetAndDestroy();
    await closed;
  };
  await open();
  return {
    port,
    open,
    shut,
    reset(request) {
      sockets.get(addressOf(request.socket))?.resetAndDestroy();
    },
    async shutFor(ms) {
      await shut();
      await wait(ms);
      await open();
    },
    close() {
      isClosed = true;
      return shut();
    },
  };
}

/** The bare TCP connections by their far end: a TLS socket cannot be reset itself. */
function trackSockets(server: http.Server | https.Server): Map<string, Socket> {
  const sockets = new Map<string, Socket>();
  server.on('connection', (socket: Socket) => {
    const address = addressOf(socket);
    sockets.set(address, socket);
    socket.once('close', () => sockets.delete(address));
  });
  return sockets;
}

function addressOf(socket: Socket): string {
  return `${socket.remoteAddress ?? ''} ${socket.remotePort ?? 0}`;
}

function listen(server: http.Server | https.Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
