import { startS3 } from '../../../sandbox/s3/start-s3.ts';

const s3 = await startS3({ folder: process.argv[2] ?? '' });
process.stdout.write(`${s3.endpoint}\n`);
setInterval(() => undefined, 60_000);
