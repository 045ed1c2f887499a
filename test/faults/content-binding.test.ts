import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approve, endedPromotion } from '../harness/acts.ts';
import { quiet } from '../harness/scenes.ts';
import { waitFor } from '../harness/wait-for.ts';
import type { World } from '../harness/world.ts';
import {
  breakSite,
  mailsOf,
  mendAll,
  promotionsOf,
  publishedApp,
  send,
  type SentApp,
  standingOf,
  startEffectsWorld,
  waitingDelivery,
} from '../effects/effects.ts';
import { asksAgain, type ContentPolicy, type Edit, edits, makeEdit } from './content-edits.ts';
import { expectSound } from './expect-sound.ts';

const policies: readonly (ContentPolicy & { readonly rowIdsOnResend: 'kept' | 'renewed' })[] = [
  { whenChanged: 'reapprove', dataCountsAsContent: false, rowIdsOnResend: 'kept' },
  { whenChanged: 'reapprove', dataCountsAsContent: true, rowIdsOnResend: 'renewed' },
  { whenChanged: 'promoteLatest', dataCountsAsContent: false, rowIdsOnResend: 'renewed' },
  { whenChanged: 'promoteLatest', dataCountsAsContent: true, rowIdsOnResend: 'kept' },
];

/** Where data counts, what it changes is told by these. */
const telling = ['a sheet is changed', 'a sheet is removed', 'it is renamed', 'it is reloaded'];

describe.each(policies)(
  'row 7: with $whenChanged, dataCountsAsContent $dataCountsAsContent, rows $rowIdsOnResend,',
  ({ rowIdsOnResend, ...policy }) => {
    const made = policy.dataCountsAsContent ? edits.filter(({ edit }) => telling.includes(edit)) : edits;
    let world: World;

    beforeAll(async () => {
      world = await startEffectsWorld({
        targets: ['test'],
        switches: { rowIdsOnResend },
        change: (yaml, alias) => Object.assign(yaml['sources'][alias('dev')], policy),
      });
      const { actAs } = world.site('dev');
      actAs.createTag('Important');
      actAs.createProperty('Department');
    });

    afterAll(async () => {
      await world?.close();
    });

    describe.concurrent('when', () => {
      it.each(made)('$edit before the approval, it is promoted as it then is', async (edit) => {
        const app = published(`Before: ${edit.edit}`);
        await quiet(world, app.id);
        await makeEdit(world, app, edit);
        decide(app);

        await endsAs(app, 'promoted');
        expectPromoted(app);
      });

      it.each(made)('$edit after the approval and before Waybill looks, it keeps to the policy', async (edit) => {
        const app = published(`Unseen: ${edit.edit}`);
        await quiet(world, app.id);
        decide(app);
        await makeEdit(world, app, edit);

        if (!asksAgain(edit, policy)) {
          await endsAs(app, 'promoted');
          expectPromoted(app);
          return;
        }
        await askedAgain(app);
        expect(await promotionsOf(world, app)).toEqual([]);
        expect(standingOf(world, 'test', app.name)).toEqual([]);
      });

      it.each(made)('$edit during the export, it keeps to the policy', async (edit) => {
        const app = published(`Exporting: ${edit.edit}`);
        const { faults } = world.site('dev');
        const slow = { path: `/app/${app.id}/export`, method: 'POST' } as const;
        const fault = faults.add({ ...slow, when: 'after', effect: { type: 'delay', delayMs: 400 } });
        decide(app);
        await waitFor('the export to be under way', () => faults.struck(fault) > 0);
        await makeEdit(world, app, edit);

        if (!asksAgain(edit, policy)) {
          await endsAs(app, 'promoted');
          expectPromoted(app);
          return;
        }
        await askedAgain(app);
        expect(await promotionsOf(world, app)).toEqual(['withdrawn']);
        expect(standingOf(world, 'test', app.name)).toEqual([]);
      });
    });

    it('is sound in all that', async () => {
      await expectSound(world);
    });

    it('keeps a source that was edited after the export, and cleans any other up', async () => {
      breakSite(world, 'test');
      const sent = made.map((edit) => ({ edit, app: send(world, `Late: ${edit.edit}`, { test: 'Duplicate' }) }));
      for (const { app } of sent) await waitingDelivery(world, app);
      for (const { app, edit } of sent) await makeEdit(world, app, edit);
      mendAll(world);

      for (const { app } of sent) await endsAs(app, 'promoted');
      const stays = sent.filter(({ app }) => world.site('dev').app(app.id) !== undefined);
      expect(stays.map(({ edit }) => edit.edit)).toEqual(
        made.filter((edit) => isNewContent(edit)).map(({ edit }) => edit),
      );
      await expectSound(world);
    });

    function isNewContent({ kind }: Edit): boolean {
      return kind === 'content' || (kind === 'data' && policy.dataCountsAsContent);
    }

    function published(name: string): SentApp {
      return publishedApp(world, name);
    }

    function decide(app: SentApp): void {
      approve(world, app.id, { test: 'Duplicate' }, ['Sales'], { PromotionUnpublish: ['True'] });
    }

    async function endsAs(app: SentApp, state: string): Promise<void> {
      const ended = await endedPromotion(world, app.id);
      expect(ended, JSON.stringify(ended.outcome)).toMatchObject({ state });
    }

    /** One app of it stands at the target; that it holds what was approved is the checker's to say. */
    function expectPromoted(app: SentApp): void {
      const standing = world
        .site('test')
        .apps()
        .filter(({ name }) => name.startsWith(app.name));
      expect(standing).toHaveLength(1);
    }

    async function askedAgain(app: SentApp): Promise<void> {
      const key = `${world.alias('dev')}.${app.id}`;
      await waitFor('approver and owner to be asked again', () => {
        const asked = mailsOf(world, key).filter(({ kind }) => kind === 'reapproval');
        return asked.length === 2;
      });
      expect(await quiet(world, app.id)).toMatchObject({ state: 'awaiting-decision' });
    }
  },
);
