import { path, section } from '../setting.ts';

/** The certificate that a server of ours shows. */
export const serverTlsSection = section({
  certificate: path().describe('PEM file of the certificate, with its chain.'),
  key: path().describe('PEM file of its key.'),
});
