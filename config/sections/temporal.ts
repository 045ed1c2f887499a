import { dataPath, duration, flag, path, port, secret, section, text, url } from '../setting.ts';

const tlsSection = section({
  ca: path()
    .optional()
    .describe("PEM file of the authority that signed the service's certificate. When not set: the system's."),
  certificate: path().optional().describe('PEM file of the client certificate.'),
  key: path().optional().describe('PEM file of the key of the client certificate.'),
  serverName: text()
    .optional()
    .describe("Name that the service's certificate was issued for, when it differs from the host."),
});

const encryptionSection = section({
  key: secret().describe(
    'Text that the key for AES-GCM is made from; long and random, such as 32 bytes in base64. What was written with another one cannot be read.',
  ),
});

const devServerSection = section({
  executable: path()
    .optional()
    .describe('The temporal program. When not set: it is looked for (PATH, cache, download, build).'),
  database: dataPath().prefault('temporal.sqlite').describe('Database file of the development server.'),
  ip: text().prefault('127.0.0.1').describe('Address that it listens on. It has no login: keep it on this machine.'),
  port: port().prefault(7233).describe('Port of the service.'),
  uiPort: port().prefault(8233).describe('Port of the Temporal web page.'),
  startTimeout: duration().prefault('60s').describe('Longest wait until it answers.'),
  cacheFolder: path()
    .optional()
    .describe("Where a downloaded or built program is kept. When not set: the system's cache folder."),
  download: flag().prefault(true).describe('Whether the program may be downloaded.'),
  build: flag().prefault(true).describe('Whether the program may be built with Go, where Go is installed.'),
});

export const temporalSection = section({
  address: text()
    .regex(/^[^\s/]+:\d+$/, { error: 'expected host:port, as in temporal.company.com:7233' })
    .optional()
    .describe('Temporal service, as host:port. When not set: `waybill up` runs the development server.'),
  namespace: text().prefault('default').describe('Namespace that Waybill works in.'),
  tls: tlsSection.optional().describe('TLS to the service. When not set: none, unless apiKey is set.'),
  apiKey: secret().optional().describe('API key of Temporal Cloud.'),
  taskQueue: text().prefault('waybill').describe('Task queue of the workflows.'),
  retention: duration()
    .prefault('30d')
    .describe('How long ended workflows are kept, where Waybill makes the namespace.'),
  encryption: encryptionSection
    .optional()
    .describe('Encrypts what is stored in Temporal. When not set: it is not encrypted.'),
  decisionsBySignal: flag()
    .prefault(false)
    .describe('Whether a decision sent as a signal, as from the Temporal UI, counts. Nobody proves who sent it.'),
  uiUrl: url()
    .optional()
    .describe("Address of the Temporal web page, for links. When not set: the development server's."),
  devServer: devServerSection.prefault({}).describe('The Temporal development server of `waybill up`.'),
});
