import { choice, section } from '../setting.ts';

export const verifySection = section({
  content: choice('off', 'warn', 'block')
    .prefault('warn')
    .describe(
      'Whether what stands is compared with what was exported, beside its objects and size. off: no. warn: differences are told in the results mail; the app file is only read again where the lists of objects do not show that nothing differs. block: the file is always read again, and a difference stops the delivery until an operator decides.',
    ),
});
