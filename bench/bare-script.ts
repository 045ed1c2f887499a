import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Pool } from 'undici';
import type { PromotionCall } from './call-purposes.ts';
import type { PreparedApp } from './promote.ts';
import type { RecordedPromotion } from './recorded-calls.ts';
import type { Stage } from './stage.ts';

/** The floor: the QRS calls of a promotion, one after another, by undici alone. It checks, records and keeps nothing. */
export interface BareScript {
  /** Does the recorded calls over for another app; milliseconds from the first call to the last reply. */
  run(recorded: RecordedPromotion, app: PreparedApp): Promise<number>;
  close(): Promise<void>;
}

/** Connections to all sites of the stage, kept open as the product keeps them. */
export async function openBareScript(stage: Stage): Promise<BareScript> {
  const pools = new Map<string, Pool>();
  for (const [alias, site] of Object.entries(stage.sandbox.ready.sites)) {
    const [ca, cert, key] = await Promise.all(
      ['root.pem', 'client.pem', 'client_key.pem'].map((name) => readFile(path.join(site.certificates, name))),
    );
    pools.set(alias, new Pool(`https://${site.host}:${site.port}`, { connections: 1, connect: { ca, cert, key } }));
  }
  return {
    run: (recorded, app) => new Run(pools, recorded, app).all(),
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}

interface AppJson {
  readonly id: string;
  readonly owner: { readonly id: string };
}

class Run {
  readonly #pools: ReadonlyMap<string, Pool>;
  readonly #recorded: RecordedPromotion;
  readonly #app: PreparedApp;
  /** Recorded texts of addresses and what stands for them now. */
  readonly #words: Map<string, string>;
  readonly #read = new Map<string, AppJson>();
  readonly #key = randomUUID().slice(0, 8);
  #download = '';
  #file: Buffer = Buffer.alloc(0);

  constructor(pools: ReadonlyMap<string, Pool>, recorded: RecordedPromotion, app: PreparedApp) {
    this.#pools = pools;
    this.#recorded = recorded;
    this.#app = app;
    this.#words = new Map([
      [recorded.roles.source, app.appId],
      [recorded.roles.target, app.standing[recorded.target] ?? ''],
      [encodeURIComponent(recorded.app.name), encodeURIComponent(app.name)],
      ['~waybill', `~bare-${this.#key}`],
    ]);
  }

  async all(): Promise<number> {
    const beganMs = performance.now();
    for (const call of this.#recorded.calls) await this.#one(call);
    return performance.now() - beganMs;
  }

  async #one(call: PromotionCall): Promise<void> {
    const isDownload = call.path.startsWith('/tempcontent/');
    const isUpload = call.path.startsWith('/qrs/app/upload');
    const isExport = call.method === 'POST' && /\/export\//.test(call.path);
    const address = isDownload ? this.#download : this.#address(call.path, isExport);
    const xrfkey = /xrfkey=(\w+)/.exec(call.path)?.[1] ?? '';
    const headers: Record<string, string> = {
      'x-qlik-xrfkey': xrfkey,
      'x-qlik-user': 'UserDirectory=INTERNAL; UserId=sa_api',
    };
    const json = isUpload ? undefined : this.#body(call, address);
    if (isUpload) headers['content-type'] = 'application/vnd.qlik.sense.app';
    else if (json) headers['content-type'] = 'application/json';
    const body = isUpload ? this.#file : (json ?? null);
    const pool = this.#pools.get(call.site) as Pool;
    const reply = await pool.request({ method: call.method as 'GET', path: address, headers, body });
    const bytes = Buffer.from(await reply.body.arrayBuffer());
    if (reply.statusCode !== call.status) throw new Error(`${call.purpose}: ${reply.statusCode} ${bytes.toString()}`);
    if (isDownload) {
      if (call.site !== this.#recorded.target) this.#file = bytes;
      return;
    }
    if (bytes.length > 0 && call.status < 300)
      this.#learn(call, JSON.parse(bytes.toString()) as unknown, isExport, isUpload);
  }

  #address(recorded: string, isExport: boolean): string {
    let address = recorded;
    for (const [was, now] of this.#words) address = address.replaceAll(was, now);
    return isExport ? address.replace(/\/export\/[0-9a-f-]{36}/, `/export/${randomUUID()}`) : address;
  }

  #learn(call: PromotionCall, reply: unknown, isExport: boolean, isUpload: boolean): void {
    if (isExport) this.#download = (reply as { downloadPath: string }).downloadPath;
    else if (isUpload) this.#words.set(this.#recorded.roles.staging, (reply as AppJson).id);
    else if (/\/copy\?/.test(call.path)) this.#words.set(this.#recorded.roles.copy, (reply as AppJson).id);
    else if (call.method === 'GET' && !Array.isArray(reply)) this.#read.set((reply as AppJson).id, reply as AppJson);
  }

  /** The app as it was last read, with what the promotion changes: a description at the target, name and owner of the copy. */
  #body(call: PromotionCall, address: string): string | undefined {
    const [, id = ''] = /^\/qrs\/app\/([0-9a-f-]{36})\?/.exec(address) ?? [];
    if (call.method !== 'PUT' || id === '') return undefined;
    const app = this.#read.get(id);
    const isCopy = this.#words.get(this.#recorded.roles.copy) === id;
    const owner = this.#read.get(this.#app.appId)?.owner ?? app?.owner;
    const change = isCopy ? { name: this.#app.name, owner } : { description: `promoted ${this.#key}` };
    return JSON.stringify({ ...app, ...change });
  }
}
