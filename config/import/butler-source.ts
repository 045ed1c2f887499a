import { z } from 'zod';
import { pathText, type SettingPath } from '../problem.ts';

/** look: a person has to. changed: it works differently with Waybill. dropped: it was not carried over. */
export type NoteKind = 'look' | 'changed' | 'dropped';

/** What is to be said of one key of Butler. Never holds the text of a secret. */
export interface Note {
  readonly kind: NoteKind;
  /** Key of Butler, as in `Butler.genericUrls[0].url`. */
  readonly key: string;
  readonly text: string;
  /** Setting of Waybill that it stands beside, where there is one. */
  readonly setting?: string;
}

/** A key of Butler, and the setting of Waybill that has its value now. */
export interface Carried {
  readonly key: string;
  readonly setting: string;
}

/** An environment variable that takes the secret of a key of Butler. */
export interface Variable {
  readonly name: string;
  readonly key: string;
}

/** The keys that tell of Qlik Cloud, and those that its alerts need besides. */
const cloudPart = [
  'Butler.qlikSenseCloud',
  'Butler.mqttConfig.enable',
  'Butler.mqttConfig.azureEventGrid',
  'Butler.mqttConfig.qlikSenseCloud',
  'Butler.emailNotification.enable',
  'Butler.emailNotification.smtp',
  'Butler.genericUrls',
  'Butler.scriptLog.storeOnDisk.qsCloud',
];

export const flag = z.boolean();
export const text = z.string().trim().min(1).max(4000);

/** The values of a Butler configuration, and a book of what became of each key. */
export class ButlerSource {
  readonly #values: unknown;
  readonly #known = new Set<string>();
  readonly notes: Note[] = [];
  readonly carried: Carried[] = [];
  readonly variables: Variable[] = [];

  constructor(values: unknown) {
    this.#values = values;
  }

  /** Whether the key stands in the file, with a value or without. */
  has(key: string): boolean {
    return this.#valueAt(key) !== undefined;
  }

  /** How many entries a list has; 0 for anything else. */
  lengthOf(key: string): number {
    const value = this.#valueAt(key);
    return Array.isArray(value) ? value.length : 0;
  }

  /** The value of a key; undefined where there is none, or (then noted) one that cannot be used. */
  read<T>(key: string, schema: z.ZodType<T>): T | undefined {
    this.#known.add(key);
    const value = this.#valueAt(key);
    if (value === undefined) return undefined;
    if (value === null || value === '') return this.drop(key, 'It has no value.');
    if (typeof value === 'string' && /\$\{(env|file):/.test(value))
      return this.drop(key, 'It holds ${env:…} or ${file:…}, which Waybill would fill in.');
    const { data, success } = schema.safeParse(value);
    return success ? data : this.drop(key, 'This value cannot be used.');
  }

  /** As `read`, and notes where the value went. */
  take<T>(key: string, setting: string, schema: z.ZodType<T>): T | undefined {
    const value = this.read(key, schema);
    if (value !== undefined) this.carry(key, setting);
    return value;
  }

  /** A placeholder for the secret of a key, whose text is never copied; undefined where there is none. */
  takeSecret(key: string, setting: string, variable: string): string | undefined {
    this.#known.add(key);
    const value = this.#valueAt(key);
    if (value === undefined) return undefined;
    if (value === null || value === '') return this.drop(key, 'It has no value.');
    this.carry(key, setting);
    return this.placeholder(key, variable);
  }

  /** A placeholder for the value of a key, whether it is there or not. */
  placeholder(key: string, variable: string): string {
    const name = `WAYBILL_${variable}`;
    this.variables.push({ name, key });
    return `\${env:${name}}`;
  }

  carry(key: string, setting: string): void {
    this.#known.add(key);
    if (this.has(key)) this.carried.push({ key, setting });
  }

  /** Notes why a key that is there was not carried over; what was said of it first stands. */
  drop(key: string, why: string): undefined {
    this.#known.add(key);
    const isTold = this.notes.some((note) => note.key === key && note.kind === 'dropped');
    if (this.has(key) && !isTold) this.notes.push({ kind: 'dropped', key, text: why });
    return undefined;
  }

  look(key: string, why: string, setting?: string): void {
    this.notes.push({ kind: 'look', key, text: why, ...(setting !== undefined && { setting }) });
  }

  change(key: string, what: string, setting?: string): void {
    this.notes.push({ kind: 'changed', key, text: what, ...(setting !== undefined && { setting }) });
  }

  /** Notes every key of the Cloud part that nothing has been said of yet. */
  dropUnknown(): void {
    const dropped = this.notes.filter(({ kind }) => kind === 'dropped');
    const told = new Set([...this.carried, ...dropped].map(({ key }) => key));
    const known = [...this.#known];
    const isAbove = (key: string): boolean =>
      known.some((one) => one.startsWith(`${key}.`) || one.startsWith(`${key}[`));
    const walk = (path: SettingPath, value: unknown): void => {
      const key = pathText(path);
      if (told.has(key)) return;
      const entries = isAbove(key) ? entriesOf(value) : [];
      for (const [name, item] of entries) walk([...path, name], item);
      if (entries.length > 0) return;
      const isKnown = this.#known.has(key) || isAbove(key);
      this.drop(key, isKnown ? 'It has no settings here.' : 'Waybill does not know this key of Butler.');
    };
    for (const root of cloudPart) if (this.has(root)) walk(root.split('.'), this.#valueAt(root));
  }

  /** The groups of the file that do not belong to the Cloud part, by their topmost key. */
  outside(): string[] {
    const walk = (path: SettingPath, value: unknown): string[] =>
      entriesOf(value).flatMap(([name, item]) => {
        const inner = [...path, name];
        const key = pathText(inner);
        if (cloudPart.includes(key)) return [];
        const isAround = cloudPart.some((one) => one.startsWith(`${key}.`)) && entriesOf(item).length > 0;
        return isAround ? walk(inner, item) : [key];
      });
    return walk([], this.#values);
  }

  #valueAt(key: string): unknown {
    const steps = key.split(/[.[\]]+/).filter((step) => step !== '');
    return steps.reduce<unknown>((value, step) => {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
      return (value as Record<string, unknown>)[step];
    }, this.#values);
  }
}

function entriesOf(value: unknown): (readonly [string | number, unknown])[] {
  if (Array.isArray(value)) return value.map((item, index) => [index, item] as const);
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}
