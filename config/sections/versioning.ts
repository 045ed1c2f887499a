import { choice, flag, section, text } from '../setting.ts';
import { objectStoreShape } from './object-store.ts';

export const versioningSection = section({
  mode: choice('off', 'byProperty', 'always')
    .prefault('off')
    .describe(
      'Whether a promoted app is also kept, without data, in a versioned S3 bucket. byProperty: where the app asks for it.',
    ),
  required: flag().prefault(false).describe('Whether a promotion stops when its version cannot be kept.'),
  bucket: text().optional().describe('Bucket, with versioning switched on. Required unless mode is off.'),
  ...objectStoreShape,
});
