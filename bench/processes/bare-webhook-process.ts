/** The least that passes a message on: no signature, no limits, nothing read; the answer comes after the confirmation. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import mqtt from 'mqtt';
import { serveParent } from './serve-parent.ts';

interface Options {
  readonly brokerUrl: string;
  readonly topic: string;
}

await serveParent(async ({ brokerUrl, topic }: Options) => {
  const client = await mqtt.connectAsync(brokerUrl);
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () =>
      client.publish(topic, Buffer.concat(pieces), { qos: 1 }, (error) =>
        response.writeHead(error ? 503 : 200, { 'content-type': 'application/json' }).end('{}\n'),
      ),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    server.close();
    server.closeAllConnections();
    await client.endAsync(true);
  };
  return { ready: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close };
});
