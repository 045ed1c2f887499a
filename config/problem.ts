export type SettingPath = readonly PropertyKey[];

/** A place in the file; both begin at 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong with a configuration. Never holds the text of a secret. */
export interface Problem extends Place {
  readonly path: SettingPath;
  readonly wrong: string;
  readonly right: string;
}

/** A problem that has not been found in the file yet. */
export type Finding = Omit<Problem, keyof Place>;

/** `sources.dev.streams["Sales North"].alert[0]`: a setting's path as people write it. */
export function pathText(path: SettingPath): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    const name = String(key);
    if (!/^[\w-]+$/.test(name)) return `${text}[${JSON.stringify(name)}]`;
    return text === '' ? name : `${text}.${name}`;
  }, '');
}

/** One line a problem: place, setting, what is wrong, what would be right. */
export function problemLine(problem: Problem): string {
  const setting = problem.path.length === 0 ? '' : `${pathText(problem.path)}: `;
  return `  line ${problem.line}, column ${problem.column}: ${setting}${problem.wrong}; ${problem.right}`;
}
