import type { Config } from '../../config/types.ts';

/** Settings that read as those in force wherever they were handed to, also after others were taken over. */
export interface LiveConfig {
  readonly config: Config;
  readonly takeOver: (config: Config) => void;
}

/** Makes such settings; a group of them that somebody keeps for himself stays as it was. */
export function liveConfig(first: Config): LiveConfig {
  let inForce = first;
  const groups = Object.keys(first).map((group) => [
    group,
    { enumerable: true, get: () => inForce[group as keyof Config] },
  ]);
  return {
    config: Object.defineProperties({} as Config, Object.fromEntries(groups)),
    takeOver: (config) => void (inForce = config),
  };
}
