import { z } from 'zod';
import { flag, path, secret, section, text, url } from '../setting.ts';

const credentialsSection = section({
  accessKeyId: text().describe('Id of the access key.'),
  secretAccessKey: secret().describe('Secret of the access key.'),
  sessionToken: secret().optional().describe('Session token, with temporary credentials.'),
});

/** How an S3 bucket is reached; shared by versions and artifacts. */
export const objectStoreShape = {
  prefix: z.string({ error: 'expected text' }).prefault('').describe('What every key begins with, as in waybill/.'),
  region: text().optional().describe("Region of the bucket. When not set: the AWS library's own lookup."),
  endpoint: url().optional().describe('Address of an S3-compatible store. When not set: AWS.'),
  pathStyle: flag()
    .prefault(false)
    .describe('Whether the bucket stands in the path; most S3-compatible stores need true.'),
  credentials: credentialsSection
    .optional()
    .describe("Access key. When not set: the AWS library's own lookup (environment, profile, instance role)."),
  ca: path().optional().describe('PEM file of the authority that signed the certificate of the endpoint.'),
};
