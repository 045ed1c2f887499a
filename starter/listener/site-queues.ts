import { HintQueue } from './hint-queue.ts';
import type { TemporalLink } from './temporal-link.ts';

/** A queue of hints for each site that calls back. */
export class SiteQueues {
  readonly #link: Pick<TemporalLink, 'hint'>;
  readonly #queues = new Map<string, HintQueue>();

  constructor(link: Pick<TemporalLink, 'hint'>) {
    this.#link = link;
  }

  get sites(): readonly string[] {
    return [...this.#queues.keys()];
  }

  /** Serves these sites from now on: queues of others pass nothing on any more, what is in the others stays there. */
  serve(sites: readonly string[], gatherMs: number): void {
    for (const [site, queue] of this.#queues) {
      if (sites.includes(site)) continue;
      queue.close();
      this.#queues.delete(site);
    }
    for (const site of sites) {
      const queue = this.#queues.get(site) ?? new HintQueue((appIds) => this.#link.hint(site, appIds));
      queue.gatherMs = gatherMs;
      this.#queues.set(site, queue);
    }
  }

  /** As `HintQueue.add`; what is about a site that is not served is dropped. */
  async add(site: string, appIds: readonly string[]): Promise<void> {
    await this.#queues.get(site)?.add(appIds);
  }
}
