import { startConsole } from '../../console/server/start-console.ts';
import { startWorld, type WorkerWorld, type WorldOptions } from '../harness/world.ts';
import { addPeople, Browser, PASSWORD, type Person } from './console-world.ts';

/** A whole Waybill at work, with its console. */
export interface WorkingConsole {
  readonly world: WorkerWorld;
  readonly url: string;
  signedIn(person: Person): Promise<Browser>;
  close(): Promise<void>;
}

/** Starts sites, a worker on the Temporal server of the run, and the console; the people are those of `people`. */
export async function startWorkingConsole(options: WorldOptions = {}): Promise<WorkingConsole> {
  const world = await startWorld({
    ...options,
    change(yaml, alias) {
      yaml['console'] = { port: 0, publicUrl: 'https://waybill.company.example', behindProxy: false, refresh: '100ms' };
      options.change?.(yaml, alias);
    },
  });
  await addPeople(world.ledger);
  const { config, ledger, logger } = world;
  const served = await startConsole({ config, ledger, logger });
  return {
    world,
    url: served.url,
    async signedIn(person) {
      const browser = new Browser(served.url);
      await browser.open('/sign-in');
      await browser.send('/sign-in', { name: person, password: PASSWORD });
      return browser;
    },
    async close() {
      await served.close();
      await world.close();
    },
  };
}

/** The values of a page's hidden fields, as a browser would send them. */
export function hiddenFields(page: string): Record<string, string[]> {
  const fields: Record<string, string[]> = {};
  for (const [, name = '', value = ''] of page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)) {
    if (name === '_form' || name === 'to') continue;
    fields[name] = [...(fields[name] ?? []), value];
  }
  return fields;
}
