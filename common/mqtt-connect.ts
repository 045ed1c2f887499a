import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { waybillError } from './errors/catalogue.ts';
import { isWaybillError, type WaybillError } from './errors/waybill-error.ts';
import { type BrokerSettings, connectOptions, MQTT_3_1_1, MQTT_5 } from './mqtt-options.ts';

/**
 * One connection under this name, in a session that ends with it, in the first version that the broker takes. It is
 * not made anew when it breaks.
 * @throws WAYBILL_ALERT_BROKER, WAYBILL_CONFIG_SECRET_MISSING, and what the first version failed with
 */
export async function connectToBroker(broker: BrokerSettings, clientId: string): Promise<MqttClient> {
  const options: IClientOptions = { ...(await connectOptions(broker)), clientId, clean: true, reconnectPeriod: 0 };
  const versions = broker.protocol === 'auto' ? ([MQTT_5, MQTT_3_1_1] as const) : [options.protocolVersion];
  let failure: unknown;
  for (const protocolVersion of versions) {
    try {
      return await mqtt.connectAsync(broker.url, { ...options, protocolVersion });
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}

/** What is told of a failure of a broker: WAYBILL_ALERT_BROKER, unless it is an error of ours already. */
export function brokerFailure(url: string | undefined, error: unknown): WaybillError {
  if (isWaybillError(error)) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  return waybillError('WAYBILL_ALERT_BROKER', { broker: url, reason: message || String(code) });
}
