import { duration, section } from '../setting.ts';

export const configurationSection = section({
  checkEvery: duration()
    .prefault('5s')
    .describe(
      'Time between two looks of the running processes whether this file was changed; they take over what is right. 0 = never: changes count after a restart.',
    ),
});
