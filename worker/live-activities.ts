import type { FleetActivities } from './worker-fleet.ts';

type Step = (...args: readonly unknown[]) => unknown;
type Steps = Readonly<Record<string, Step>>;

/** The steps over one configuration, with how much of them runs. */
class Generation {
  readonly #activities: FleetActivities;
  readonly #ofSites = new Map<string, Steps>();
  readonly #ofBulk = new Map<string, Steps>();
  readonly #idle = Promise.withResolvers<void>();
  #uses = 1;

  constructor(activities: FleetActivities) {
    this.#activities = activities;
  }

  get idle(): Promise<void> {
    return this.#idle.promise;
  }

  main(): Steps {
    return this.#activities.main as Steps;
  }

  site(alias: string): Steps {
    return madeOnce(this.#ofSites, alias, () => this.#activities.site(alias));
  }

  siteBulk(alias: string): Steps {
    return madeOnce(this.#ofBulk, alias, () => this.#activities.siteBulk(alias));
  }

  use(): void {
    this.#uses += 1;
  }

  release(): void {
    this.#uses -= 1;
    if (this.#uses === 0) this.#idle.resolve();
  }
}

/**
 * Steps that can be exchanged while Workers run. An attempt runs to its end with what it began with; those that begin
 * later run with what stands then.
 */
export class LiveActivities implements FleetActivities {
  #current: Generation;
  /** Sites that are not served any more, but have steps under way: they go on with what they know. */
  readonly #leaving = new Map<string, Generation>();

  constructor(activities: FleetActivities) {
    this.#current = new Generation(activities);
  }

  get main(): object {
    return this.#doors((generation) => generation.main());
  }

  site(alias: string): object {
    return this.#doors((generation) => generation.site(alias), alias);
  }

  siteBulk(alias: string): object {
    return this.#doors((generation) => generation.siteBulk(alias), alias);
  }

  /**
   * Every attempt that begins from now on runs with `next`, but for those of `leaving` sites, until `left` is told of
   * each. Resolves when nothing runs with what stood before.
   */
  replace(next: FleetActivities, leaving: readonly string[]): Promise<void> {
    const before = this.#current;
    this.#current = new Generation(next);
    for (const site of leaving) {
      before.use();
      this.#leaving.set(site, before);
    }
    before.release();
    return before.idle;
  }

  /** A site that was leaving has no step under way any more, or is served again. */
  left(site: string): void {
    this.#leaving.get(site)?.release();
    this.#leaving.delete(site);
  }

  #doors(stepsOf: (generation: Generation) => Steps, site?: string): Steps {
    const doors = Object.keys(stepsOf(this.#current)).map((name): [string, Step] => [
      name,
      async (...args) => {
        const generation = (site === undefined ? undefined : this.#leaving.get(site)) ?? this.#current;
        generation.use();
        try {
          return await stepsOf(generation)[name]?.(...args);
        } finally {
          generation.release();
        }
      },
    ]);
    return Object.fromEntries(doors);
  }
}

function madeOnce(made: Map<string, Steps>, alias: string, make: () => object): Steps {
  const steps = made.get(alias) ?? (make() as Steps);
  made.set(alias, steps);
  return steps;
}
