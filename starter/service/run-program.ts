import { execFile } from 'node:child_process';
import { waybillError } from '../../common/errors/catalogue.ts';

/** What a program of the system ended with; no exit code where it could not be started. */
export interface RanProgram {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export type RunProgram = (program: string, args: readonly string[]) => Promise<RanProgram>;

/** Runs a program without a shell, to its end. Never throws. */
export const runProgram: RunProgram = (program, args) =>
  new Promise((resolve) => {
    execFile(program, [...args], { windowsHide: true }, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === 'number') resolve({ exitCode: code, stdout, stderr });
      else resolve({ exitCode: undefined, stdout, stderr: stderr || (error?.message ?? '') });
    });
  });

/** What the program printed, when it went well. @throws WAYBILL_SERVICE_COMMAND_FAILED */
export async function runWell(run: RunProgram, program: string, args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await run(program, args);
  if (exitCode === 0) return stdout;
  const said = (stderr.trim() || stdout.trim()).split('\n').at(-1);
  const reason = said || (exitCode === undefined ? 'it could not be started' : `exit code ${exitCode}`);
  throw waybillError('WAYBILL_SERVICE_COMMAND_FAILED', { command: [program, ...args].join(' '), reason });
}
