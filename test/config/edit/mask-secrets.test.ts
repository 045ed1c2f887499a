import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { withSecretsOf } from '../../../config/edit/fill-masked.ts';
import { withMaskedSecrets } from '../../../config/edit/mask-secrets.ts';

const SECRET = 'canary-secret-7';

const files: readonly (readonly [how: string, text: string])[] = [
  ['plain', `mail:\n  login:\n    user: waybill\n    password: ${SECRET} # it\n`],
  ['quoted', `mail: { login: { user: waybill, password: "${SECRET}\\n" } }\n`],
  ['in a block', `mail:\n  login:\n    password: |\n      ${SECRET}\n      and more ${SECRET}\n    user: waybill\n`],
  ['over several lines', `mail:\n  login:\n    password: "begin\n      ${SECRET}"\n    user: waybill\n`],
  [
    'in a list of headers',
    `alerts:\n  destinations:\n    webhook:\n      x: { address: "https://${SECRET}", headers: { Authorization: ${SECRET} } }\n`,
  ],
  ['beside a reference', `mail:\n  login: { user: waybill, password: "${SECRET}\${env:MORE}" }\n`],
  ['in an address', `alerts:\n  broker:\n    url: mqtts://user:${SECRET}@broker.example\n`],
  [
    'under a key that was typed wrong',
    `mail:\n  login:\n    pasword: x\n    passwort: x\n    my-password: ${SECRET}\n`,
  ],
  ['behind an anchor', `a: &login { user: waybill, password: ${SECRET} }\nmail: { login: *login }\n`],
  ['merged', `mail:\n  login:\n    <<: { user: waybill, password: ${SECRET} }\n`],
  ['in a comment', `mail:\n  # password: ${SECRET}\n  host: x\n`],
];

describe('a secret in the file', () => {
  it.each(files)('%s is masked, and all else is as it was', (how, text) => {
    const masked = withMaskedSecrets(text);

    expect(masked).not.toContain(SECRET);
    expect(() => parse(masked)).not.toThrow();
    if (how !== 'in a comment') expect(masked).toContain("'********'");
  });

  it.each(files)('%s comes back from the file as it is now', (_how, text) => {
    const { text: back, missing } = withSecretsOf(withMaskedSecrets(text), text);

    expect(missing).toEqual([]);
    expect(parse(back, { merge: true })).toEqual(parse(text, { merge: true }));
  });

  it('leaves references as they are', () => {
    const text = 'mail: { login: { user: waybill, password: "${env:SMTP}" } }\n# password: ${file:x}\n';

    expect(withMaskedSecrets(text)).toBe(text);
  });

  it('is masked with the whole text where that is no YAML', () => {
    expect(withMaskedSecrets(`mail: [ ${SECRET}`)).toBe('********');
  });
});
