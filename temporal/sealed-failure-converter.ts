import { DefaultFailureConverter } from '@temporalio/common';

/**
 * The failure converter in use when `temporal.encryption` is set: messages and stacks of failures become payloads,
 * which the codec encrypts like all others. Bundled into the workflows: no Node builtins here. Looked up by this name
 * by the Temporal SDK.
 */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
