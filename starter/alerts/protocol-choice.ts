import { MQTT_3_1_1, MQTT_5 } from '../../common/mqtt-options.ts';

export type MqttVersion = typeof MQTT_5 | typeof MQTT_3_1_1;

/** CONNACK: unacceptable protocol version, in MQTT 3.1.1 and in MQTT 5. */
const UNKNOWN_VERSION: ReadonlySet<unknown> = new Set([1, 0x84]);
/** Nothing has listened, or nobody spoke MQTT yet: it says nothing about the version. */
const CUT = 'ECONNRESET';

/**
 * The version for the next try, after one that no session came of. Brokers that do not know MQTT 5 refuse it, close the
 * connection or say nothing; a broker that is away, or refuses the login, is no reason to fall back. `error` is undefined
 * where the connection was closed without a word. Pure.
 */
export function nextVersion(tried: MqttVersion, error: unknown): MqttVersion {
  const code: unknown = (error as { code?: unknown } | undefined)?.code;
  const isAboutVersion = UNKNOWN_VERSION.has(code) || code === undefined || code === CUT;
  return tried === MQTT_5 && isAboutVersion ? MQTT_3_1_1 : MQTT_5;
}
