import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** The version of MQTT in a CONNECT packet that asks for `MQTT`: 5, or 4 for 3.1.1. */
type Version = number;

/** A broker that refuses some connections, and passes the others on to a real one. */
export interface RefusingBroker {
  readonly url: string;
  /** The version of each try so far. */
  readonly tries: Version[];
  close(): void;
}

/** What is answered to a try: bytes, after which the connection is closed; `undefined` lets it through. */
export type Refusal = (version: Version, nth: number) => Buffer | undefined;

/** CONNACK of MQTT 3.1.1. */
export const connack = (code: number): Buffer => Buffer.of(0x20, 2, 0, code);
/** CONNACK of MQTT 5, without properties. */
export const connackOf5 = (code: number): Buffer => Buffer.of(0x20, 3, 0, code, 0);

/** Behind the fixed header, its length (one byte for short packets, else two) and the name `MQTT`. */
function versionOf(packet: Buffer): Version {
  return packet[packet.indexOf('MQTT') + 4] ?? 0;
}

/** Stands in front of the broker at `port`. */
export async function refusingBroker(port: number, refusal: Refusal): Promise<RefusingBroker> {
  const tries: Version[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    sockets.add(near.on('error', () => undefined));
    near.once('data', (packet: Buffer) => {
      const version = versionOf(packet);
      tries.push(version);
      const answer = refusal(version, tries.length);
      if (answer !== undefined) return near.end(answer);
      const far = connect({ host: '127.0.0.1', port });
      sockets.add(far.on('error', () => near.destroy()).on('close', () => near.destroy()));
      far.write(packet);
      return near.pipe(far).pipe(near);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tries,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
