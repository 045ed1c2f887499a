import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig } from '../../config/load.ts';
import { type RunningConsole, startConsole } from '../../console/server/start-console.ts';
import { type Ledger, openLedger } from '../../ledger/ledger.ts';
import { memoryLogger, type MemoryLogger } from '../harness/memory-logger.ts';
import { addPeople, Browser, PASSWORD, type Person, type Shown } from './console-world.ts';
import { formFields } from './form-fields.ts';

export const LITERAL = 'canary-literal-secret-1';

/** A file as people write one, with a secret in it. */
export const standardFile = `# The sites of our company
sites:
  dev:
    hosts: [dev.example]
    certificates: certificates/dev      # from the QMC
  test:
    hosts: [ test.example ]
    certificates: certificates/test
sources:
  dev:
    watch: poll
    streams:
      Sales: { alert: [manager@company.example] }   # the big ones
targets:
  test: {}

mail:
  enabled: true
  host: mail.company.example    # not the old one
  from: waybill@company.example
  login:
    user: waybill
    password: ${LITERAL}
  # the old login: { password: canary-comment-secret-2 }
console: { port: 0 }
`;

/** A console whose settings stand in a file. */
export interface SettingsWorld {
  readonly url: string;
  readonly folder: string;
  readonly file: string;
  readonly ledger: Ledger;
  readonly logger: MemoryLogger;
  text(): Promise<string>;
  write(text: string): Promise<void>;
  /** Another console over the same file and ledger. */
  startAnother(): Promise<RunningConsole>;
  signedIn(person: Person): Promise<Browser>;
  close(): Promise<void>;
}

export async function startSettingsWorld(text = standardFile): Promise<SettingsWorld> {
  const folder = await mkdtemp(path.join(tmpdir(), 'waybill-settings-'));
  const file = path.join(folder, 'waybill.yaml');
  await writeFile(file, text, { mode: 0o640 });
  const config = await loadConfig(file, {});
  const ledger = await openLedger({ kind: 'sqlite', file: config.ledger.file });
  await addPeople(ledger);
  const logger = memoryLogger();
  const parts = { config, configFile: file, environment: {}, ledger, logger };
  const served = await startConsole(parts);
  return {
    url: served.url,
    folder,
    file,
    ledger,
    logger,
    text: () => readFile(file, 'utf8'),
    write: (changed) => writeFile(file, changed),
    startAnother: () => startConsole(parts),
    signedIn: (person) => signIn(served.url, person),
    async close() {
      await served.close();
      await ledger.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

export async function signIn(url: string, person: Person): Promise<Browser> {
  const browser = new Browser(url);
  await browser.open('/sign-in');
  await browser.send('/sign-in', { name: person, password: PASSWORD });
  return browser;
}

export function editPath(...at: string[]): string {
  return `/settings/edit?at=${encodeURIComponent(at.map(encodeURIComponent).join('/'))}`;
}

export function addPath(...at: string[]): string {
  return editPath(...at).replace('/edit', '/add');
}

/** Opens a form, types into it and has the change shown. */
export async function review(
  browser: Browser,
  page: string,
  typed: Readonly<Record<string, string>>,
  action = '/settings/review',
): Promise<Shown> {
  const { text } = await browser.open(page);
  return browser.send(action, { ...formFields(text, '/settings/review'), ...typed });
}

/** As `review`, and saves it. */
export async function save(browser: Browser, page: string, typed: Readonly<Record<string, string>>): Promise<Shown> {
  const shown = await review(browser, page, typed);
  return browser.send('/settings/save', formFields(shown.text, '/settings/save'));
}
