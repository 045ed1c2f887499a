import path from 'node:path';

/** The file of this name in each folder of the PATH, whether it is there or not. */
export function onPath(name: string): string[] {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  return folders.map((folder) => path.join(folder, name));
}
