/** Loaded into a workflow thread before Temporal's SDK, which then finds no promises to hook into; see workflow-threads.ts. */
import v8 from 'node:v8';

v8.promiseHooks.createHook = () => () => undefined;
