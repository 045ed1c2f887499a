import { duration, integer, section, size, text, url } from '../setting.ts';
import { serverTlsSection } from './server-tls.ts';

export const listenerSection = section({
  bind: text().prefault('127.0.0.1').describe('Address that the listener listens on. 0.0.0.0 = all.'),
  port: integer(0, 65_535)
    .meta({ kind: 'port' })
    .prefault(5000)
    .describe('Port that the listener listens on. 0 = any free one.'),
  publicUrl: url()
    .optional()
    .describe('Address that the Qlik sites reach the listener at. When not set: made of bind and port.'),
  maxBody: size().prefault('1MB').describe('Largest callback that is read.'),
  gather: duration()
    .prefault('100ms')
    .describe('When callbacks of a site come several at a time: shortest time between two signals to its watch.'),
  tls: serverTlsSection.optional().describe('Certificate of the listener. When not set: it speaks plain HTTP.'),
});
