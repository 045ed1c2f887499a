import path from 'node:path';
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { configFromYaml } from '../../../config/load.ts';
import {
  type Asked,
  gatherPolicy,
  gatherSecurityRules,
  gatherSites,
  gatherStreams,
} from '../../../starter/cli/init-answers.ts';
import { createAsker } from '../../../starter/cli/init-asker.ts';
import { givenSites, type InitOptions } from '../../../starter/cli/init-options.ts';
import { waitFor } from '../../harness/wait-for.ts';
import { smallest, temporaryFolder } from '../../config/write-config.ts';

const folder = temporaryFolder();
const ENTER = '\r';
const DOWN = '\u001b[B';
const SPACE = ' ';
const CTRL_C = '\u0003';

/** A person at a terminal, who waits for each question and presses these keys. */
function person(answers: readonly (readonly [question: string, keys: string])[]) {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const output = new PassThrough();
  // A prompt ends its output when it is answered; a terminal takes no notice of that.
  output.end = () => output;
  let seen = '';
  output.on('data', (chunk: Buffer) => (seen += stripVTControlCharacters(chunk.toString())));
  const answering = (async () => {
    for (const [question, keys] of answers) {
      // Readline listens, and so do the prompt and its screen: only then is a key not lost.
      const isListening = (): boolean => input.listenerCount('keypress') >= 3;
      await waitFor(`"${question}" after ${seen}`, () => seen.includes(question) && isListening(), 10_000);
      seen = '';
      input.write(keys);
    }
  })();
  return { terminal: { input, output }, answering };
}

function asked(options: InitOptions, terminal?: Parameters<typeof createAsker>[1], text?: string): Asked {
  const standing = text === undefined ? undefined : configFromYaml(text, folder, {});
  const asker = createAsker(options.yes ?? false, terminal);
  return { asker, options, given: givenSites(options, folder), standing, folder };
}

describe('the questions of waybill init', () => {
  it('ask for the sites one by one, with what is usual beside each', async () => {
    const { terminal, answering } = person([
      ['Which site do apps come from?', ENTER],
      ['Name of the server of dev', `qlik-dev.example${ENTER}`],
      ['Port of the repository service of dev', ENTER],
      ['Folder with root.pem, client.pem and client_key.pem of dev', ENTER],
      ['Account that Waybill acts as at dev', ENTER],
      ['Which site do apps go to?', `prod${ENTER}`],
      ['Name of the server of prod', `qlik-prod.example${ENTER}`],
      ['Port of the repository service of prod', ENTER],
      ['Folder with root.pem, client.pem and client_key.pem of prod', `own${ENTER}`],
      ['Account that Waybill acts as at prod', ENTER],
      ['To another site too?', ENTER],
    ]);

    const [sites] = await Promise.all([gatherSites(asked({}, terminal)), answering]);

    const user = { directory: 'INTERNAL', id: 'sa_api' };
    expect(sites).toEqual({
      source: {
        alias: 'dev',
        host: 'qlik-dev.example',
        port: 4242,
        certificates: path.join(folder, 'certificates', 'dev'),
        user,
      },
      targets: [
        {
          alias: 'prod',
          host: 'qlik-prod.example',
          port: 4242,
          certificates: path.join(folder, 'own'),
          user,
        },
      ],
    });
  });

  it('offer the streams of the targets, and what may become of an app', async () => {
    const { terminal, answering } = person([
      ['To which streams at the targets may apps go?', `${SPACE}${ENTER}`],
      ['What becomes of an app at dev', `${DOWN}${ENTER}`],
      ['Who may approve?', `COMPANY\\anna, group:Leads${ENTER}`],
      ['May the owner of an app approve it?', `${DOWN}${ENTER}`],
      ['after each reload', ENTER],
      ['Make security rules at dev', `${DOWN}${ENTER}`],
    ]);
    const all = asked({}, terminal);
    const answer = async () => [
      await gatherStreams(all, ['Finance', 'Sales'], undefined),
      await gatherPolicy(all, 'dev'),
      await gatherSecurityRules(all, 'dev'),
    ];

    const [answers] = await Promise.all([answer(), answering]);

    expect(answers).toEqual([
      ['Sales'],
      {
        unpublish: 'never',
        approvers: { users: ['COMPANY\\anna'], groups: ['Leads'] },
        ownerMayApprove: false,
        promoteOnReload: false,
      },
      true,
    ]);
  });

  it('end without any effect at Ctrl-C', async () => {
    const { terminal, answering } = person([['Which site do apps come from?', CTRL_C]]);

    await expect(gatherSites(asked({}, terminal))).rejects.toMatchObject({ code: 'WAYBILL_CLI_NOT_CONFIRMED' });
    await answering;
  });

  it('are not asked where the configuration has the answer and --yes was said', async () => {
    const sites = await gatherSites(asked({ yes: true, target: ['prod=qlik-prod.example:4300'] }, undefined, smallest));

    expect([sites.source.host, ...sites.targets.map(({ alias, port }) => `${alias} ${port}`)]).toEqual([
      'qlik-dev.example',
      'test 4242',
      'prod 4300',
    ]);
  });
});
