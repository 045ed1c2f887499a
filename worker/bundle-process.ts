/**
 * Bundles workflow code in a process of its own, as `fork(file, [workflowsPath, outFile, failureConverterPath?])`: webpack
 * leaves 160 MB behind, which a worker would keep for as long as it runs. Sends what failed; exits with 1 then.
 */
import { writeFile } from 'node:fs/promises';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

export interface BundleFailure {
  readonly reason: string;
  /** What the bundler said on the way. */
  readonly said: readonly string[];
}

const [workflowsPath = '', outFile = '', failureConverterPath] = process.argv.slice(2);
const said: string[] = [];
try {
  const logger = new DefaultLogger('WARN', ({ message }) => said.push(message));
  const { code } = await bundleWorkflowCode({ workflowsPath, failureConverterPath, logger });
  await writeFile(outFile, code);
} catch (error) {
  const failure: BundleFailure = { reason: (error as Error).message, said };
  process.exitCode = 1;
  process.send?.(failure);
} finally {
  process.disconnect?.();
}
