import { randomUUID } from 'node:crypto';
import mqtt from 'mqtt';
import { waybillError } from '../../common/errors/catalogue.ts';
import { isWaybillError } from '../../common/errors/waybill-error.ts';
import { type Finding, ok } from '../../common/finding.ts';
import { connectOptions, MQTT_3_1_1, MQTT_5 } from '../../common/mqtt-options.ts';
import type { AlertsConfig } from '../../config/types.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { findingOfError } from './finding-of-error.ts';

/**
 * Connects to the MQTT broker under a name of its own, in a session that ends with the connection: the one of the
 * subscriber, and what the broker keeps for it, is not touched. Safe to repeat.
 */
export async function lookAtBroker(
  deps: ActivityDependencies,
  broker: NonNullable<AlertsConfig['broker']>,
): Promise<Finding> {
  const about = ['mqtt.broker', 'MQTT broker'] as const;
  try {
    const version = await connectOnce(broker);
    return ok(about, `${broker.url} takes the connection, in MQTT ${version === MQTT_5 ? '5' : '3.1.1'}.`);
  } catch (error) {
    if (isWaybillError(error)) return findingOfError(deps, about, error);
    const { code, message } = error as NodeJS.ErrnoException;
    const failure = waybillError('WAYBILL_ALERT_BROKER', { broker: broker.url, reason: message || String(code) });
    return findingOfError(deps, about, failure);
  }
}

/** The version that the broker speaks. */
async function connectOnce(broker: NonNullable<AlertsConfig['broker']>): Promise<number> {
  const options = await connectOptions(broker);
  const clientId = `${broker.clientId}-doctor-${randomUUID().slice(0, 8)}`;
  const versions = broker.protocol === 'auto' ? [MQTT_5, MQTT_3_1_1] : [options.protocolVersion ?? MQTT_5];
  let failure: unknown;
  for (const version of versions) {
    try {
      const protocolVersion = version as typeof MQTT_5 | typeof MQTT_3_1_1;
      const client = await mqtt.connectAsync(broker.url, {
        ...options,
        protocolVersion,
        clientId,
        clean: true,
        reconnectPeriod: 0,
      });
      await client.endAsync();
      return version;
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}
