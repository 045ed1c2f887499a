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

/** Opens spool and broker; does not wait for the broker. @throws where the folder of the spool cannot be used */
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

/** The gateway as a service of its own. */
export async function runGateway(settings: GatewaySettings): Promise<NodeService> {
  const gateway = await openGateway(settings);
  const isReady = (): boolean => gateway.broker.isConnected || (gateway.spool !== undefined && !gateway.spool.isFull);
  const service = await startNodeService({ ...gateway, isReady });
  return {
    url: service.url,
    async close() {
      await service.close();
      await gateway.close();
    },
  };
}
