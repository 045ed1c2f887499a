import { z } from 'zod';
import { choice, duration, integer, path, secret, section, text } from '../setting.ts';

const login = section({
  user: text().describe('Account at the broker.'),
  password: secret().optional().describe('Password of this account.'),
});

const clientCertificate = section({
  certificate: path().describe('PEM file of the certificate that the broker knows us by.'),
  key: path().describe('PEM file of its key.'),
});

/** The MQTT broker that the gateway publishes to. */
export const alertBrokerSection = section({
  url: z
    .url({
      protocol: /^(mqtts?|wss?)$/,
      error: 'expected the address of a broker, as in mqtts://broker.company.com:8883',
    })
    .describe('Address of the broker: mqtts:// or wss://; mqtt:// only on this host or in a trusted network.'),
  login: login.optional().describe('Account at the broker. When not set: none is used.'),
  ca: path().optional().describe("PEM file of the authority that signed the broker's certificate."),
  client: clientCertificate.optional().describe('Certificate to sign in with. When not set: none is used.'),
  serverName: text()
    .optional()
    .describe("Name that the broker's certificate was issued for, when it differs from the host."),
  protocol: choice('auto', '5', '3.1.1')
    .prefault('auto')
    .describe('Version of MQTT. auto: 5, and 3.1.1 where the broker does not speak it.'),
  clientId: text()
    .prefault('waybill-alerts')
    .describe('Name of the session at the broker, which keeps what comes while Waybill is down. Never share it.'),
  sharedGroup: text()
    .regex(/^[^/+#]+$/, { error: 'expected a name without /, + and #' })
    .optional()
    .describe('Group of subscribers that share the events between them (MQTT 5), each with a clientId of its own.'),
  topic: text()
    .prefault('qscloud/app/reload/#')
    .describe('Topics to listen to: + stands for one level, # for all that follow.'),
  sessionExpiry: duration()
    .prefault('7d')
    .describe('How long the broker keeps what comes while Waybill is down. Azure Event Grid allows 8h at most.'),
  keepAlive: duration().prefault('60s').describe('Longest silence before the connection is looked after.'),
  connectTimeout: duration().prefault('30s').describe('Longest wait for the connection.'),
  reconnectEvery: duration().prefault('5s').describe('Wait before the next try to connect.'),
  inFlight: integer(1, 65_535)
    .prefault(50)
    .describe('How many events the broker may send before the first of them is acknowledged.'),
});
