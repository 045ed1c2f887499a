import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { HeadObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SandboxS3, startS3 } from '../../sandbox/s3/start-s3.ts';
import { approve } from '../harness/acts.ts';
import { waitFor } from '../harness/wait-for.ts';
import { REP, type World } from '../harness/world.ts';
import { expectMails, expectStanding, mailsOf, promoted, publishedApp, send, startEffectsWorld } from './effects.ts';

const BUCKET = 'versions';

/** A way to the store on which the answers to the next writes of an object get lost. */
interface LossyWay {
  readonly url: string;
  lose(times: number): void;
  readonly lost: number;
  close(): void;
}

async function lossyWay(endpoint: string): Promise<LossyWay> {
  let left = 0;
  let lost = 0;
  const server: Server = createServer((incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming;
    const onward = request(new URL(url, endpoint), { method, headers }, (answer) => {
      if (method === 'PUT' && left > 0) {
        left -= 1;
        lost += 1;
        answer.resume().on('end', () => incoming.socket.resetAndDestroy());
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lose(times) {
      left = times;
    },
    get lost() {
      return lost;
    },
    close: () => server.closeAllConnections(),
  };
}

describe('answers that get lost on the way', () => {
  let folder: string;
  let s3: SandboxS3;
  let way: LossyWay;
  let world: World;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'waybill-effects-'));
    s3 = await startS3({ folder });
    await s3.createBucket(BUCKET);
    way = await lossyWay(s3.endpoint);
    world = await startEffectsWorld({
      targets: ['test'],
      change: (yaml) => {
        const { region, accessKeyId, secretAccessKey } = s3;
        const credentials = { accessKeyId, secretAccessKey };
        const place = { bucket: BUCKET, endpoint: way.url, region, pathStyle: true, credentials };
        yaml['versioning'] = { mode: 'byProperty', required: true, ...place };
      },
    });
  }, 900_000);

  afterAll(async () => {
    await world?.close();
    way?.close();
    await s3?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('leave one version in the store, named in the description at the target', async () => {
    const app = publishedApp(world, 'Versioned');
    way.lose(2);

    approve(world, app.id, { test: 'Duplicate' }, ['Sales'], {
      PromotionS3Versioning: ['True'],
      PromotionUnpublish: ['True'],
    });
    const { promotionKey, version } = await promoted(world, app);

    expect(way.lost).toBe(1);
    const client = s3.client();
    const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket: BUCKET }));
    const [only] = Versions;
    expect(Versions).toHaveLength(1);
    const head = await client.send(
      new HeadObjectCommand({ Bucket: BUCKET, Key: only!.Key, VersionId: only!.VersionId }),
    );
    client.destroy();
    expect(version).toMatchObject({ versionId: only!.VersionId, key: only!.Key });
    const kept = (await world.ledger.recordsOf(promotionKey)).find(({ type }) => type === 'version-kept');
    expect(kept?.facts).toMatchObject({ sizeBytes: head.ContentLength });
    expect(Object.values(head.Metadata ?? {})).toContain(promotionKey);
    expectStanding(world, 'test', app, [{ stream: 'Sales', owner: REP }]);
    const standing = world
      .site('test')
      .apps()
      .find(({ name }) => name === app.name)!;
    expect(standing['description']).toContain(only!.VersionId);
    way.lose(0);
    await expectMails(world, promotionKey, ['approved', 'results']);
  });

  it('have a mail sent again under the same Message-ID', async () => {
    world.inbox.faults.loseReply(2);

    const app = send(world, 'Mailed', { test: 'Duplicate' });
    const { promotionKey } = await promoted(world, app);
    await expectMails(world, promotionKey, ['approved', 'results']);

    await waitFor('the ledger to know them as sent', async () => {
      const mails = await world.ledger.listMails({ promotionKey });
      return mails.length === 2 && mails.every(({ state }) => state === 'sent');
    });
    const mails = mailsOf(world, promotionKey);
    expect(mails.length).toBeGreaterThanOrEqual(4);
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(2);
  });

  it('hold no promotion up when no mail can be sent at all', async () => {
    world.inbox.faults.refuse('rep@company.example');

    const app = send(world, 'Unmailed', { test: 'Duplicate' });
    const { promotionKey } = await promoted(world, app);

    expect(mailsOf(world, promotionKey)).toEqual([]);
    await waitFor('the ledger to show it', async () => {
      const mails = await world.ledger.listMails({ promotionKey });
      return mails.length === 2 && mails.every(({ state }) => state === 'failed');
    });
    world.inbox.faults.clear();
  });
});
