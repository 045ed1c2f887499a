import { randomUUID } from 'node:crypto';
import { type Finding, ok } from '../../common/finding.ts';
import { brokerFailure, connectToBroker } from '../../common/mqtt-connect.ts';
import { MQTT_5 } from '../../common/mqtt-options.ts';
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
    const client = await connectToBroker(broker, `${broker.clientId}-doctor-${randomUUID().slice(0, 8)}`);
    await client.endAsync();
    const version = client.options.protocolVersion === MQTT_5 ? '5' : '3.1.1';
    return ok(about, `${broker.url} takes the connection, in MQTT ${version}.`);
  } catch (error) {
    return findingOfError(deps, about, brokerFailure(broker.url, error));
  }
}
