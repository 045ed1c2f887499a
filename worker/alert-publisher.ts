import type { MqttClient } from 'mqtt';
import { brokerFailure, connectToBroker } from '../common/mqtt-connect.ts';
import type { Config } from '../config/types.ts';

/** Publishes alerts to the broker of `alerts.broker`. */
export interface AlertPublisher {
  /** At QoS 1; ends when the broker has confirmed it. Safe to repeat as alerts are. @throws WAYBILL_ALERT_BROKER */
  publish(topic: string, body: string, retain: boolean): Promise<void>;
  close(): Promise<void>;
}

/** A publisher that connects when it is first needed, and anew after a failure. `name` tells it from other workers. */
export function createAlertPublisher({ alerts }: Pick<Config, 'alerts'>, name: string): AlertPublisher {
  const { broker } = alerts;
  let connecting: Promise<MqttClient> | undefined;

  const connect = async (): Promise<MqttClient> => {
    if (!broker) throw new Error('alerts.broker is not set');
    return connectToBroker(broker, `${broker.clientId}-${name}`);
  };

  const dropAll = async (): Promise<void> => {
    const client = await connecting?.catch(() => undefined);
    connecting = undefined;
    await client?.endAsync(true);
  };

  return {
    async publish(topic, body, retain) {
      try {
        connecting ??= connect();
        const client = await connecting;
        await within(broker?.connectTimeoutMs ?? 0, client.publishAsync(topic, body, { qos: 1, retain }));
      } catch (error) {
        await dropAll();
        throw brokerFailure(broker?.url, error);
      }
    },
    close: dropAll,
  };
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the broker did not confirm the alert in time')), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
