import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { waybillError } from '../../common/errors/catalogue.ts';
import type { ServiceFacts } from './service-facts.ts';
import type { ServiceManager, ServiceState } from './service-manager.ts';

export interface InstalledService {
  readonly name: string;
  readonly file: string;
  readonly definition: 'written' | 'replaced' | 'unchanged';
  /** What is left to do, in words. */
  readonly next: readonly string[];
}

export interface RemovedService {
  readonly name: string;
  readonly file: string;
  /** False: there was none. */
  readonly removed: boolean;
}

export interface ServiceStatus extends ServiceState {
  readonly name: string;
  readonly file: string;
  readonly installed: boolean;
  readonly log: string;
}

/**
 * Writes the definition of a service and makes the system know it. Safe to repeat: what stands already is left alone.
 * `mayReplace` is asked, with the difference, before another definition of ours is replaced; it throws to refuse.
 * @throws WAYBILL_SERVICE_NOT_ADMINISTRATOR, _FOREIGN, _NOT_WRITTEN, _COMMAND_FAILED, _VALUE_UNUSABLE
 */
export async function installService(
  manager: ServiceManager,
  facts: ServiceFacts,
  mayReplace: (file: string, difference: string) => Promise<void>,
): Promise<InstalledService> {
  const text = manager.definition(facts);
  const file = manager.fileOf(facts.name);
  await manager.requireAdministrator();
  const standing = await ownDefinition(manager, file);
  if (standing !== undefined && standing !== text) await mayReplace(file, differenceOf(standing, text));
  if (standing !== text) await write(file, text, manager.mode);
  const definition = standing === undefined ? 'written' : standing === text ? 'unchanged' : 'replaced';
  return { name: facts.name, file, definition, next: await manager.register(facts, definition !== 'unchanged') };
}

/**
 * Stops a service and removes its definition, if it is one of ours. Safe to repeat.
 * @throws WAYBILL_SERVICE_NOT_ADMINISTRATOR, _FOREIGN, _NOT_WRITTEN, _COMMAND_FAILED
 */
export async function uninstallService(manager: ServiceManager, name: string): Promise<RemovedService> {
  const file = manager.fileOf(name);
  await manager.requireAdministrator();
  if ((await ownDefinition(manager, file)) === undefined) return { name, file, removed: false };
  await manager.unregister(name);
  await rm(file).catch((cause: unknown) => {
    throw notWritten(file, cause);
  });
  await manager.forget();
  return { name, file, removed: true };
}

/** What there is of a service, without changing anything. @throws WAYBILL_SERVICE_FOREIGN, _NOT_WRITTEN */
export async function serviceStatus(manager: ServiceManager, name: string): Promise<ServiceStatus> {
  const file = manager.fileOf(name);
  const installed = (await ownDefinition(manager, file)) !== undefined;
  const state = installed ? await manager.look(name) : { enabled: false, running: false };
  return { name, file, installed, ...state, log: manager.logOf(name) };
}

async function ownDefinition({ marker }: ServiceManager, file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw notWritten(file, cause);
  });
  if (text !== undefined && !text.split(/\r?\n/).includes(marker)) {
    throw waybillError('WAYBILL_SERVICE_FOREIGN', { file });
  }
  return text;
}

async function write(file: string, text: string, mode: number): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(`${file}.new`, text, { flush: true });
    await chmod(`${file}.new`, mode);
    await rename(`${file}.new`, file);
  } catch (cause) {
    throw notWritten(file, cause);
  }
}

function notWritten(file: string, cause: unknown): Error {
  const { code, message } = cause as NodeJS.ErrnoException;
  return waybillError('WAYBILL_SERVICE_NOT_WRITTEN', { file, reason: code ?? message }, { cause });
}

/** Lines that go and lines that come; their order hardly ever matters in a definition. */
function differenceOf(before: string, after: string): string {
  const [old, wanted] = [before.split(/\r?\n/), after.split('\n')];
  const gone = old.filter((line) => !wanted.includes(line)).map((line) => `- ${line}`);
  const come = wanted.filter((line) => !old.includes(line)).map((line) => `+ ${line}`);
  return [...gone, ...come].join('\n') || '(the order of its lines)';
}
