import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { failureOf } from './code-of.ts';
import { type RecordingSite, startRecordingSite, status } from './recording-site.ts';

const id = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
let recording: RecordingSite;

beforeAll(async () => {
  recording = await startRecordingSite();
});
beforeEach(() => recording.reset());
afterAll(async () => {
  await recording.site.close();
});

const whoMayUpdate = async () => recording.site.client().whoMayUpdate(id);
const person = (userDirectory: string, userId: string, name?: string) => ({
  subjectProperties: { userDirectory, userId, ...(name !== undefined && { name }) },
});
const may = (subjectId: string, access: number) => ({ subjectId, audit: { access } });

describe('who may change an app', () => {
  it('is one question for the actions of this app in the QMC', async () => {
    await whoMayUpdate();

    expect(recording.asked).toEqual([
      {
        method: 'POST',
        path: '/qrs/systemrule/security/audit/matrix',
        query: {},
        body: {
          resourceType: 'App',
          resourceRef: { resourceFilter: `id eq ${id}` },
          subjectRef: { resourceFilter: '' },
          actions: 4,
          environmentAttributes: 'context=ManagementAccess;',
          resourceProperties: ['name'],
          subjectProperties: ['name', 'userId', 'userDirectory'],
          auditLimit: 1000,
          outputObjectsPrivileges: 4,
        },
      },
    ]);
  });

  it('is whoever has the action "update" among others, by account', async () => {
    recording.answer({
      matrix: [may('c', 4), may('a', 2), may('b', 2 + 4 + 8), may('d', 8), may('e', 0)],
      subjects: {
        c: person('ACME', 'zoe', 'Zoe'),
        a: person('ACME', 'reader', 'Reader'),
        b: person('ACME', 'anna', 'Anna'),
        d: person('ACME', 'deleter', 'Deleter'),
        e: person('ACME', 'nobody', 'Nobody'),
        f: person('ACME', 'unlisted', 'Not in the matrix'),
      },
    });

    await expect(whoMayUpdate()).resolves.toEqual([
      { account: 'ACME\\anna', name: 'Anna' },
      { account: 'ACME\\zoe', name: 'Zoe' },
    ]);
  });

  it('is told by account where the order of the site is already that one', async () => {
    recording.answer({
      matrix: [may('1', 4), may('2', 4), may('3', 4)],
      subjects: { 1: person('A', 'x', 'X'), 2: person('A', 'y', 'Y'), 3: person('B', 'a', 'Z') },
    });

    expect((await whoMayUpdate()).map(({ account }) => account)).toEqual(['A\\x', 'A\\y', 'B\\a']);
  });

  it('is named by the account where the site tells no name, however it writes its properties', async () => {
    recording.answer({
      matrix: [may('a', 4), may('b', 4), may('c', 4), may('d', 4)],
      subjects: {
        a: { subjectProperties: { UserDirectory: 'ACME', UserID: 'anna', NAME: 'Anna' } },
        b: person('ACME', 'ben'),
        c: person('ACME', 'cleo', ''),
        d: {},
      },
    });

    await expect(whoMayUpdate()).resolves.toEqual([
      { account: 'ACME\\anna', name: 'Anna' },
      { account: 'ACME\\ben', name: 'ACME\\ben' },
      { account: 'ACME\\cleo', name: 'ACME\\cleo' },
      { account: '\\', name: '\\' },
    ]);
  });

  it.each([
    ['an empty answer', {}],
    ['people without a matrix', { subjects: { a: person('ACME', 'anna') } }],
    ['a matrix without people', { matrix: [may('a', 4)] }],
    [
      'rows that tell no access',
      {
        matrix: [{ subjectId: 'a' }, { subjectId: 'b', audit: {} }],
        subjects: { a: person('A', 'a'), b: person('A', 'b') },
      },
    ],
  ])('is nobody by %s', async (_, answer) => {
    recording.answer(answer);

    await expect(whoMayUpdate()).resolves.toEqual([]);
  });

  it('is asked within the time of a read, and fails as the site says', async () => {
    recording.answers = [status(403)];
    expect(await failureOf(whoMayUpdate())).toMatchObject({
      code: 'WAYBILL_QRS_FORBIDDEN',
      facts: { doing: `ask who may change the app ${id}` },
    });

    recording.answers = [() => undefined];
    const impatient = recording.site.client({ timeouts: { readMs: 40 } });
    expect((await failureOf(impatient.whoMayUpdate(id))).facts).toMatchObject({
      timeoutMs: 40,
      setting: 'timeouts.read',
    });
    expect((await failureOf(impatient.whoMayUpdate(''))).code).toBe('WAYBILL_QRS_VALUE');
  });
});
