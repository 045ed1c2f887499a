import { expect } from 'vitest';
import { waybillOnce } from '../../starter/waybill-process.ts';
import type { KillableWorld } from './killable-world.ts';

/** The JSON that a command printed, which went well. */
export async function waybillJson<T>({ configFile }: KillableWorld, ...args: string[]): Promise<T> {
  const { exitCode, stdout, stderr } = await waybillOnce([...args, '--config', configFile, '--json']);
  expect({ exitCode, stderr }, stdout).toMatchObject({ exitCode: 0 });
  return JSON.parse(stdout) as T;
}
