import { connect } from 'node:net';
import { Connection } from '@temporalio/client';

const PROBE_MS = 2_000;

/** True when the Temporal service at `address` (host:port) serves that namespace now. Never throws. */
export async function frontendServes(address: string, namespace: string): Promise<boolean> {
  // A closed port is found out by a plain socket: gRPC would back off for seconds.
  return (await portIsOpen(address)) && (await namespaceIsServed(address, namespace));
}

async function portIsOpen(address: string): Promise<boolean> {
  const colon = address.lastIndexOf(':');
  const socket = connect({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)) });
  try {
    return await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.setTimeout(PROBE_MS, () => resolve(false));
    });
  } finally {
    socket.destroy();
  }
}

async function namespaceIsServed(address: string, namespace: string): Promise<boolean> {
  // Without the retrying interceptor: closing a connection while a retry is pending throws out of a timer.
  const connection = Connection.lazy({ address, interceptors: [] });
  try {
    await connection.withDeadline(Date.now() + PROBE_MS, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
    return true;
  } catch {
    return false;
  } finally {
    await connection.close();
  }
}
