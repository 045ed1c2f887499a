import type { TestProject } from 'vitest/node';
import { startSharedServer } from './shared-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** host:port of the Temporal development server that the whole run shares. */
    temporalAddress: string;
    /** Why there is none, where no Temporal program was found. */
    temporalProblem: string;
  }
}

/** One Temporal server in memory for the whole run, about 0.3 s. Runs in vitest's own process, before any test. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startSharedServer();
  project.provide('temporalAddress', server.address);
  project.provide('temporalProblem', server.problem);
  return () => server.stop();
}
