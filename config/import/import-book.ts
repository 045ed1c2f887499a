import type { z } from 'zod';
import { pathText, type SettingPath } from '../problem.ts';
import type { Settings } from './import-values.ts';

/** look: a person has to. changed: it works differently with Waybill. dropped: it was not carried over. */
export type NoteKind = 'look' | 'changed' | 'dropped';

/** What is to be said of one key of the other program. Never holds the text of a secret. */
export interface Note {
  readonly kind: NoteKind;
  /** Key of the other program, as in `Butler.genericUrls[0].url`. */
  readonly key: string;
  readonly text: string;
  /** Setting of Waybill that it stands beside, where there is one. */
  readonly setting?: string;
}

/** A key of the other program, and the setting of Waybill that has its value now. */
export interface Carried {
  readonly key: string;
  readonly setting: string;
}

/** An environment variable that takes the secret of a key of the other program. */
export interface Variable {
  readonly name: string;
  readonly key: string;
}

/** What came of the configuration of another program. Holds no secret. */
export interface Imported {
  /** Settings for waybill.yaml. */
  readonly settings: Settings;
  readonly carried: readonly Carried[];
  readonly notes: readonly Note[];
  /** Environment variables that the settings name, and the key whose value each takes. */
  readonly variables: readonly Variable[];
  /** Groups that were not looked at, as they do not belong to the part that is imported. */
  readonly outside: readonly string[];
}

/** What is said beside the keys, in the settings and in the report. */
export interface ImportWords {
  /** What the other program is called. */
  readonly program: string;
  /** The command that makes the settings. */
  readonly command: string;
  /** What the report says above the environment variables. */
  readonly variables: string;
  /** What the report says above the groups that were not looked at. */
  readonly outside: string;
}

/** What is imported. */
export interface ImportScope {
  /** What the other program is called in notes. */
  readonly program: string;
  /** The keys that are imported with all below them. When not set: every key. */
  readonly part?: readonly string[];
  /** What stands beside the values and is told of as a key is, such as files. */
  readonly beside?: readonly string[];
}

/** The values of another program's configuration, and a book of what became of each key. */
export class ImportBook {
  readonly #values: unknown;
  readonly #scope: ImportScope;
  readonly #known = new Set<string>();
  readonly #notes: Note[] = [];
  readonly #carried: Carried[] = [];
  readonly #variables: Variable[] = [];

  constructor(values: unknown, scope: ImportScope) {
    this.#values = values;
    this.#scope = scope;
  }

  /** Whether the key stands in the file, with a value or without. */
  has(key: string): boolean {
    return this.#scope.beside?.includes(key) || this.#valueAt(key) !== undefined;
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
    this.#variables.push({ name, key });
    return `\${env:${name}}`;
  }

  carry(key: string, setting: string): void {
    this.#known.add(key);
    if (this.has(key)) this.#carried.push({ key, setting });
  }

  /** Notes why a key that is there was not carried over; what was said of it first stands. */
  drop(key: string, why: string): undefined {
    this.#known.add(key);
    const isTold = this.#notes.some((note) => note.key === key && note.kind === 'dropped');
    if (this.has(key) && !isTold) this.#notes.push({ kind: 'dropped', key, text: why });
    return undefined;
  }

  look(key: string, why: string, setting?: string): void {
    this.#notes.push({ kind: 'look', key, text: why, ...(setting !== undefined && { setting }) });
  }

  change(key: string, what: string, setting?: string): void {
    this.#notes.push({ kind: 'changed', key, text: what, ...(setting !== undefined && { setting }) });
  }

  /** Closes the book over these settings: what nothing was said of is told of as dropped. */
  imported(settings: Settings): Imported {
    // Of a group that was dropped as a whole, nothing else is told.
    const dropped = this.#notes.filter(({ kind }) => kind === 'dropped').map(({ key }) => key);
    this.#dropUnknown();
    const stands = ({ key }: { readonly key: string }): boolean => !dropped.some((group) => isBelow(key, group));
    return {
      settings,
      carried: this.#carried.filter(stands),
      notes: this.#notes.filter(stands),
      variables: this.#variables,
      outside: this.#outside(),
    };
  }

  #dropUnknown(): void {
    const dropped = this.#notes.filter(({ kind }) => kind === 'dropped');
    const told = new Set([...this.#carried, ...dropped].map(({ key }) => key));
    const isAbove = (key: string): boolean => this.#known.values().some((one) => isBelow(one, key));
    const walk = (path: SettingPath, value: unknown): void => {
      const key = pathText(path);
      if (told.has(key)) return;
      const entries = isAbove(key) ? entriesOf(value) : [];
      for (const [name, item] of entries) walk([...path, name], item);
      if (entries.length > 0) return;
      const isKnown = this.#known.has(key) || isAbove(key);
      this.drop(
        key,
        isKnown ? 'It has no settings here.' : `Waybill does not know this key of ${this.#scope.program}.`,
      );
    };
    const parts = this.#scope.part?.filter((root) => this.has(root)).map(stepsOf);
    for (const path of parts ?? entriesOf(this.#values).map(([name]) => [name]))
      walk(path, this.#valueAt(pathText(path)));
    for (const key of this.#scope.beside ?? []) if (!told.has(key)) this.drop(key, 'Waybill has no use for it.');
  }

  /** The groups of the file that do not belong to the part, by their topmost key. */
  #outside(): string[] {
    const { part } = this.#scope;
    const walk = (path: SettingPath, value: unknown): string[] =>
      entriesOf(value).flatMap(([name, item]) => {
        const inner = [...path, name];
        const key = pathText(inner);
        if (part === undefined || part.includes(key)) return [];
        const isAround = part.some((one) => one.startsWith(`${key}.`)) && entriesOf(item).length > 0;
        return isAround ? walk(inner, item) : [key];
      });
    return walk([], this.#values);
  }

  #valueAt(key: string): unknown {
    return stepsOf(key).reduce<unknown>((value, step) => {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
      return (value as Record<PropertyKey, unknown>)[step];
    }, this.#values);
  }
}

function isBelow(key: string, group: string): boolean {
  return key.startsWith(`${group}.`) || key.startsWith(`${group}[`);
}

/** The path that a key is the text of, as `pathText` writes it. */
function stepsOf(key: string): (string | number)[] {
  const steps = key.matchAll(/\[("(?:[^"\\]|\\.)*")\]|\[(\d+)\]|([^.[\]]+)/g);
  return Array.from(steps, ([, quoted, index, name = '']) =>
    quoted === undefined ? (index === undefined ? name : Number(index)) : (JSON.parse(quoted) as string),
  );
}

function entriesOf(value: unknown): (readonly [string | number, unknown])[] {
  if (Array.isArray(value)) return value.map((item, index) => [index, item] as const);
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}
