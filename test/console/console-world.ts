import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { configFromYaml } from '../../config/load.ts';
import type { KeptFiles } from '../../console/server/kept-files.ts';
import { type RunningConsole, startConsole } from '../../console/server/start-console.ts';
import { hashPassword } from '../../console/sign-in/password.ts';
import type { ThrottleLimits } from '../../console/sign-in/throttle.ts';
import type { ConsoleRoles } from '../../ledger/console-people.ts';
import { type Ledger, openLedger } from '../../ledger/ledger.ts';
import { memoryLogger, type MemoryLogger } from '../harness/memory-logger.ts';
import type { Yaml } from '../harness/world.ts';

export const PASSWORD = 'correct horse battery';

/** Viewer, approver of Sales, operator and administrator, each with the password `PASSWORD`. */
export const people: Readonly<Record<'vera' | 'anna' | 'otto' | 'ada', ConsoleRoles>> = {
  vera: { admin: false, operator: false, approves: [] },
  anna: { admin: false, operator: false, approves: ['Sales'] },
  otto: { admin: false, operator: true, approves: [] },
  ada: { admin: true, operator: true, approves: 'every' },
};

export type Person = keyof typeof people;

/** A console over a ledger of its own. */
export interface ConsoleWorld {
  readonly url: string;
  readonly folder: string;
  readonly ledger: Ledger;
  readonly logger: MemoryLogger;
  /** Makes the first administrator, where there is none. */
  readonly setUpLink: string | undefined;
  /** Another console over the same ledger, as after a restart. */
  startAnother(): Promise<RunningConsole>;
  /** Has the console take over a changed configuration. */
  takeOver(change: (yaml: Yaml) => void): void;
  /** A browser without scripts: it keeps cookies and sends forms as they stand in the page. */
  browser(): Browser;
  /** The same, signed in. */
  signedIn(person: Person): Promise<Browser>;
  close(): Promise<void>;
}

export interface ConsoleWorldOptions {
  /** Changes the configuration of sites dev, test and prod; dev is the source. */
  readonly change?: (yaml: Yaml) => void;
  /** Nobody is there yet. */
  readonly isEmpty?: boolean;
  readonly limits?: ThrottleLimits;
  readonly files?: KeptFiles;
}

/** Starts a console with four people, of whom each has one role. */
export async function startConsoleWorld(options: ConsoleWorldOptions = {}): Promise<ConsoleWorld> {
  const folder = await mkdtemp(path.join(tmpdir(), 'waybill-console-'));
  const yaml = standardYaml();
  options.change?.(yaml);
  const configFile = path.join(folder, 'waybill.yaml');
  await writeFile(configFile, stringify(yaml));
  const config = configFromYaml(stringify(yaml), folder, {});
  const ledger = await openLedger({ kind: 'sqlite', file: config.ledger.file });
  if (!options.isEmpty) await addPeople(ledger);
  const logger = memoryLogger();
  const { limits, files } = options;
  const parts = { config, configFile, environment: {}, ledger, logger, limits, files };
  const served = await startConsole(parts);
  const browser = (): Browser => new Browser(served.url);
  return {
    url: served.url,
    folder,
    ledger,
    logger,
    setUpLink: served.setUpLink?.url,
    takeOver(change) {
      change(yaml);
      served.takeOver(configFromYaml(stringify(yaml), folder, {}));
    },
    startAnother: () => startConsole(parts),
    browser,
    async signedIn(person) {
      const one = browser();
      await one.open('/sign-in');
      await one.send('/sign-in', { name: person, password: PASSWORD });
      return one;
    },
    async close() {
      await served.close();
      await ledger.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Adds everybody of `people`; the account of each is as Qlik would know it. */
export async function addPeople(ledger: Ledger): Promise<void> {
  const passwordHash = await hashPassword(PASSWORD);
  for (const [name, roles] of Object.entries(people)) {
    const displayName = name[0]?.toUpperCase() + name.slice(1);
    const account = `COMPANY\\${name}`;
    await ledger.addPerson({ name, kind: 'local', displayName, account, roles, groups: [], passwordHash });
  }
}

function standardYaml(): Yaml {
  const site = (host: string) => ({ hosts: [host], certificates: `certificates/${host}` });
  return {
    sites: { dev: site('dev.example'), test: site('test.example'), prod: site('prod.example') },
    sources: { dev: { watch: 'poll' } },
    targets: { test: {}, prod: {} },
    console: { port: 0 },
  };
}

/** What a page is to somebody without scripts. */
export interface Shown {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Where it ended after redirects: path and query. */
  readonly path: string;
}

interface Way {
  /** The page that a redirect comes from. */
  readonly from?: string;
  readonly until?: string;
}

/** Opens pages and sends their forms, with the cookies it was given. */
export class Browser {
  readonly #url: string;
  readonly #cookies = new Map<string, string>();
  readonly #headers: Readonly<Record<string, string>>;
  #page: Shown | undefined;

  /** `headers`: what is sent with every request, as by a proxy in between. */
  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    this.#url = url;
    this.#headers = headers;
  }

  /** The page under a path, or at another address, after redirects. */
  async open(path: string): Promise<Shown> {
    this.#page = await this.#follow(path, { method: 'GET' });
    return this.#page;
  }

  /** As `open`, but a redirect to an address with this in it is not followed: it is the answer's path. */
  openUntil(path: string, part: string): Promise<Shown> {
    return this.#follow(path, { method: 'GET' }, { until: part });
  }

  /** Sends a form of the page that is open, with the token that stands in it. */
  send(action: string, fields: Readonly<Record<string, string | readonly string[]>> = {}): Promise<Shown> {
    const token = /name="_form" value="([^"]*)"/.exec(this.#page?.text ?? '')?.[1];
    return this.sendRaw(action, token === undefined ? fields : { ...fields, _form: token });
  }

  /** Sends just these fields, as another site would. */
  async sendRaw(action: string, fields: Readonly<Record<string, string | readonly string[]>>): Promise<Shown> {
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(fields))
      for (const one of typeof value === 'string' ? [value] : value) body.append(name, one);
    this.#page = await this.#follow(action, { method: 'POST', body });
    return this.#page;
  }

  cookie(part: string): string | undefined {
    return [...this.#cookies].find(([name]) => name.includes(part))?.[1];
  }

  cookieName(part: string): string | undefined {
    return [...this.#cookies.keys()].find((name) => name.includes(part));
  }

  setCookie(part: string, value: string): void {
    const name = [...this.#cookies.keys()].find((one) => one.includes(part)) ?? part;
    this.#cookies.set(name, value);
  }

  async #follow(path: string, init: RequestInit, way: Way = {}): Promise<Shown> {
    const url = new URL(path, way.from ?? this.#url);
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...this.#headers, accept: 'text/html', ...(cookie ? { cookie } : {}) };
    const reply = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of reply.headers.getSetCookie()) this.#keep(line);
    const location = reply.headers.get('location');
    const isOver =
      location === null || reply.status >= 400 || (way.until !== undefined && location.includes(way.until));
    if (!isOver) return this.#follow(location, { method: 'GET' }, { ...way, from: url.href });
    const shown = url.origin === new URL(this.#url).origin ? `${url.pathname}${url.search}` : url.href;
    return { status: reply.status, headers: reply.headers, text: await reply.text(), path: location ?? shown };
  }

  #keep(line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (/expires=Thu, 01 Jan 1970/i.test(line) || value === '') this.#cookies.delete(name);
    else this.#cookies.set(name, value);
  }
}
