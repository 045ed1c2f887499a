import { type Broker, openBroker } from './broker.ts';
import { createForwarder } from './forward.ts';
import type { GatewayCore } from './handle-request.ts';
import { brokerEvents, createLog, forwardEvents, outcomeTo } from './log.ts';
import { type NodeService, startNodeService } from './node-service.ts';
import type { GatewaySettings } from './settings.ts';
import { Spool } from './spool.ts';

/** The core with its connection and its spool, for whatever serves it. */
export interface OpenGateway extends GatewayCore {
  readonly broker: Broker;
  readonly spool: Spool | undefined;
  close(): Promise<void>;
}

/** Opens spool and broker; does not wait for the broker. @throws SpoolFolderError */
export async function openGateway(settings: GatewaySettings): Promise<OpenGateway> {
  const log = createLog(settings);
  const spool = settings.spool ? await Spool.open(settings.spool) : undefined;
  const broker = openBroker(settings.broker, brokerEvents(log));
  const forwarder = createForwarder(broker, spool, forwardEvents(log));
  return {
    settings,
    take: forwarder.take,
    tell: outcomeTo(log),
    broker,
    spool,
    async close() {
      await forwarder.close();
      await broker.close();
    },
  };
}

/**
 * The gateway as a service of its own.
 * @throws CannotListenError, SpoolFolderError. Nothing is left open
 */
export async function runGateway(settings: GatewaySettings): Promise<NodeService> {
  let gateway: OpenGateway | undefined;
  const service = await startNodeService(settings.listen, async () => {
    const opened = await openGateway(settings);
    gateway = opened;
    return {
      ...opened,
      isReady: () => opened.broker.isConnected || (opened.spool !== undefined && !opened.spool.isFull),
    };
  });
  return {
    url: service.url,
    async close() {
      await service.close();
      await gateway?.close();
    },
  };
}
