import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { type Environment, fromEnvironment } from './server-cache.ts';

/** The full path of a program that stands on the PATH; `undefined` when none does. */
export async function findOnPath(name: string, environment: Environment): Promise<string | undefined> {
  const folders = (fromEnvironment(environment, 'PATH') ?? '').split(delimiter).filter(isAbsolute);
  const fileName = process.platform === 'win32' ? `${name}.exe` : name;
  for (const folder of folders) {
    const path = join(folder, fileName);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
