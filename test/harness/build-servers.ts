import { defaultCacheFolder, findVersitygw } from '../../sandbox/s3/find-versitygw.ts';
import { findTestServer } from './find-test-server.ts';
import { startSharedServer } from './shared-server.ts';

/** Finds or builds the servers that the tests run, with progress; what is in the user's cache already is used again. */
const say = (line: string): void => void process.stdout.write(`${line}\n`);

say(`S3 server: ${await findVersitygw(defaultCacheFolder(), say)}`);
const skipping = await findTestServer(say);
say(`Temporal that skips time: ${'problem' in skipping ? `none, ${skipping.problem}` : skipping.program}`);
const temporal = await startSharedServer();
say(`Temporal: ${temporal.problem || temporal.address}`);
await temporal.stop();
process.exitCode = temporal.problem ? 1 : 0;
