import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSettings } from '../../gateway/settings.ts';
import { call, ENV, event, inEnv, makeGateway, settingsYaml, TENANT, type Yaml } from './make-gateway.ts';

const read = (change: (yaml: Yaml) => void) => () =>
  readSettings(settingsYaml(change), { folder: os.tmpdir(), env: { ...ENV, BLANK: ' \n' } });

describe('the settings of a gateway', () => {
  it.each<[string, (yaml: Yaml) => void, RegExp]>([
    [
      'a secret of nothing but blanks, as anybody can sign with it',
      (yaml) => (yaml['tenants'][0].secrets = [{ env: 'BLANK' }]),
      /BLANK has no value/,
    ],
    ['a tenant that is listed twice', (yaml) => yaml['tenants'].push(yaml['tenants'][0]), /listed twice/],
    ['a certificate without a key', (yaml) => (yaml['broker'].clientCertificate = 'a.pem'), /come together/],
    [
      'a certificate that cannot be read',
      (yaml) => (yaml['broker'].certificateAuthority = 'absent.pem'),
      /broker\.certificateAuthority: absent\.pem cannot be read/,
    ],
    ['a password of nobody', (yaml) => (yaml['broker'].password = inEnv('its value')), /needs a username/],
    ['a port that there is not', (yaml) => (yaml['listen'] = { port: 99_999 }), /listen\.port/],
    ['a port below all', (yaml) => (yaml['listen'] = { port: -1 }), /listen\.port/],
    ['a topic with wildcards', (yaml) => (yaml['topic'] = 'qscloud/+'), /topic/],
  ])('refuse %s', (_, change, problem) => {
    expect(read(change)).toThrow(problem);
  });

  it('take files from beside them', () => {
    const { spool } = read((yaml) => (yaml['spool'] = { folder: 'spool' }))();

    expect(spool?.folder).toBe(path.join(os.tmpdir(), 'spool'));
  });
});

it('knows no route by a name that every object has', async () => {
  const gateway = makeGateway();

  expect((await gateway.handle(call({ body: event({ type: 'constructor' }) }))).status).toBe(202);
  expect(gateway.published).toEqual([]);
  expect(gateway.outcomes[0]).toMatchObject({ tenantId: TENANT, type: 'constructor' });
});
