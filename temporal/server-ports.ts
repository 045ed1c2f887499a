import { createServer } from 'node:net';
import { waybillError } from '../common/errors/catalogue.ts';

/**
 * The port itself when it can be listened on, or a free one for 0.
 * @throws WAYBILL_TEMPORAL_PORT_IN_USE naming `setting`
 */
export async function usablePort(ip: string, port: number, setting: string): Promise<number> {
  const server = createServer();
  try {
    return await new Promise<number>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: ip, port, exclusive: true }, () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'EADDRINUSE' ? 'the port is in use' : `the system refuses it (${code})`;
    throw waybillError('WAYBILL_TEMPORAL_PORT_IN_USE', { address: `${ip}:${port}`, reason, setting }, { cause: error });
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}
