import { choice, dataPath, duration, section, text } from '../setting.ts';
import { objectStoreShape } from './object-store.ts';

const bucketSection = section({
  bucket: text().describe('Bucket that holds the exported apps.'),
  ...objectStoreShape,
});

export const artifactsSection = section({
  kind: choice('folder', 's3')
    .prefault('folder')
    .describe('Where exported apps are kept. Workers on several hosts need s3.'),
  folder: dataPath().prefault('artifacts').describe('Folder for kind folder.'),
  s3: bucketSection.optional().describe('Bucket for kind s3.'),
  keep: duration().prefault('30d').describe('How long an exported app is kept after its promotion ended.'),
});
