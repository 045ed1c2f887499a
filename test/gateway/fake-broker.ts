import { createServer, type AddressInfo, type Socket } from 'node:net';

/** What a broker does with what it is sent; each gives the bytes of its answer, or nothing. */
export interface FakeBrokerOptions {
  /** By the number of the connection, from 0, and the version it asked for: 4 is MQTT 3.1.1. */
  readonly onConnect: (nth: number, version: number) => Answer;
  /** By the number of the message, from 0. */
  readonly onPublish?: (nth: number, packetId: readonly [number, number]) => Answer | Promise<Answer>;
  /** Default: a free one. */
  readonly port?: number;
}

type Answer = readonly number[] | 'hang up' | undefined;

/** A broker that misbehaves as no real one can be told to; it knows CONNECT and PUBLISH of whole small packets. */
export interface FakeBroker {
  readonly url: string;
  readonly versions: readonly number[];
  /** Seconds, as the last client said. */
  readonly keepAlive: () => number;
  readonly published: () => number;
  /** Ends every connection, and takes new ones. */
  dropAll(): void;
  close(): void;
}

export const ACCEPT_5 = [0x20, 3, 0, 0, 0] as const;
export const ACCEPT_3_1_1 = [0x20, 2, 0, 0] as const;

/** A confirmation of MQTT 5 with a reason code. */
export function puback([high, low]: readonly [number, number], reason = 0): readonly number[] {
  return reason === 0 ? [0x40, 2, high, low] : [0x40, 3, high, low, reason];
}

export async function startFakeBroker({ onConnect, onPublish, port = 0 }: FakeBrokerOptions): Promise<FakeBroker> {
  const versions: number[] = [];
  const sockets = new Set<Socket>();
  let keepAlive = 0;
  let published = 0;
  const answer = (packet: Buffer): Answer | Promise<Answer> => {
    const type = (packet[0] ?? 0) >> 4;
    const body = packet.subarray(lengthOf(packet).headBytes);
    if (type === 1) {
      const version = body[6] ?? 0;
      keepAlive = body.readUInt16BE(8);
      versions.push(version);
      return onConnect(versions.length - 1, version);
    }
    if (type !== 3) return undefined;
    const at = 2 + body.readUInt16BE(0);
    published += 1;
    return onPublish?.(published - 1, [body[at] ?? 0, body[at + 1] ?? 0]);
  };
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    let rest = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 2 && rest.length >= lengthOf(rest).wholeBytes) {
        const { wholeBytes } = lengthOf(rest);
        const packet = rest.subarray(0, wholeBytes);
        rest = rest.subarray(wholeBytes);
        void Promise.resolve(answer(packet)).then((reply) => {
          if (reply === 'hang up') socket.destroy();
          else if (reply) socket.write(Buffer.from(reply));
        });
      }
    });
  });
  const dropAll = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    versions,
    keepAlive: () => keepAlive,
    published: () => published,
    dropAll,
    close() {
      server.close();
      dropAll();
    },
  };
}

/** The remaining length stands in up to four bytes, seven bits in each. */
function lengthOf(packet: Buffer): { headBytes: number; wholeBytes: number } {
  let length = 0;
  let at = 1;
  for (; at < packet.length; at += 1) {
    const byte = packet[at] ?? 0;
    length += (byte & 0x7f) << (7 * (at - 1));
    if (byte < 0x80) break;
  }
  return { headBytes: at + 1, wholeBytes: at + 1 + length };
}
