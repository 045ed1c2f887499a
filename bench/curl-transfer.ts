import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { PreparedApp } from './promote.ts';
import type { Stage } from './stage.ts';

/** What anybody would do by hand: `curl` exports the app to a file and uploads the file. Milliseconds for both. */
export async function curlTransfer(stage: Stage, app: PreparedApp): Promise<number> {
  const [source = ''] = Object.keys(stage.config.sources);
  const [target = ''] = Object.keys(stage.config.targets);
  const file = path.join(stage.folder, `${randomUUID()}.qvf`);
  const began = performance.now();
  const reply = await curl(stage, source, `/qrs/app/${app.appId}/export/${randomUUID()}`, ['-X', 'POST', '-d', '']);
  const { downloadPath } = JSON.parse(reply) as { downloadPath: string };
  await curl(stage, source, downloadPath, ['-o', file]);
  const type = 'content-type: application/vnd.qlik.sense.app';
  const upload = ['-X', 'POST', '-H', type, '-H', 'expect:', '-T', file];
  const made = await curl(stage, target, `/qrs/app/upload?name=${encodeURIComponent(`curl ${app.name}`)}`, upload);
  const ms = performance.now() - began;
  await rm(file);
  const { id } = JSON.parse(made) as { id: string };
  await stage.qmc.act(target, 'delete', { app: id });
  return ms;
}

const KEY = '0123456789abcdef';

function curl({ sandbox }: Stage, alias: string, address: string, more: readonly string[]): Promise<string> {
  const site = sandbox.ready.sites[alias];
  if (!site) throw new Error(`no site ${alias}`);
  const pem = (name: string): string => path.join(site.certificates, name);
  const url = `https://${site.host}:${site.port}${address}${address.includes('?') ? '&' : '?'}xrfkey=${KEY}`;
  const args = ['--silent', '--show-error', '--fail', '--cacert', pem('root.pem'), '--cert', pem('client.pem')];
  args.push('--key', pem('client_key.pem'), '-H', `x-qlik-xrfkey: ${KEY}`);
  args.push('-H', 'x-qlik-user: UserDirectory=INTERNAL; UserId=sa_api', ...more, url);
  return new Promise((resolve, reject) => {
    const child = spawn('curl', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(Buffer.concat(chunks).toString());
      else reject(new Error(`curl ${address} ended with ${code}`));
    });
  });
}
