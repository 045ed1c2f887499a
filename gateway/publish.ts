import type { MqttClient } from 'mqtt';
import type { InFlight } from './in-flight.ts';

/** The broker will not take this message, however often it is asked. */
export class RefusedForGoodError extends Error {
  override readonly name = 'RefusedForGoodError';
}

/** Reason codes of MQTT 5 that are about the message itself: packet too large, payload format invalid. */
const ABOUT_THE_MESSAGE = [0x95, 0x99];
/** More than any header of a message without properties. */
const HEADER_BYTES = 16;

export interface Publishing {
  readonly client: MqttClient;
  readonly inFlight: InFlight;
  /** Of the connection that stands now. */
  readonly state: { readonly isConnected: boolean; readonly maxPacketBytes: number };
  readonly timeoutMs: number;
}

/**
 * Publishes at QoS 1 over a connection, no more at a time than the broker allows, and ends when it has confirmed. What
 * is not confirmed in time is forgotten, so that a broker that hangs does not fill the memory.
 */
export function createPublisher({ client, inFlight, state, timeoutMs }: Publishing) {
  return (topic: string, body: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      if (!state.isConnected) return reject(new Error('there is no connection to the broker'));
      if (Buffer.byteLength(topic) + body.length + HEADER_BYTES > state.maxPacketBytes)
        return reject(new RefusedForGoodError('the event is larger than the broker takes'));
      let messageId: number | undefined;
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        reject(new Error('the broker did not confirm the event in time'));
        if (messageId !== undefined) client.removeOutgoingMessage(messageId);
      }, timeoutMs);
      inFlight.begin((ended) => {
        if (isLate) return ended();
        if (!state.isConnected) {
          clearTimeout(timer);
          ended();
          return reject(new Error('the connection to the broker is lost'));
        }
        const payload = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
        client.publish(topic, payload, { qos: 1 }, (error) => {
          clearTimeout(timer);
          ended();
          if (error) reject(failureOf(error));
          else resolve();
        });
        // Numbered at once, as nothing of a former connection is left to be sent when this one is said to stand.
        messageId = client.getLastMessageId();
      });
    });
}

function failureOf(error: Error): Error {
  const { code } = error as { code?: number };
  return code !== undefined && ABOUT_THE_MESSAGE.includes(code) ? new RefusedForGoodError(error.message) : error;
}
