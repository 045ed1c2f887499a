import { z } from 'zod';
import { list, named, path, secret, section, text, url } from '../setting.ts';

const streams = z
  .union([z.literal('every'), list(text())], { error: 'expected the word every, or a list of streams, as in [Sales]' })
  .meta({ kind: '`every`, or list of text' });

const viewers = z
  .union([z.literal('everybody'), list(text())], {
    error: 'expected the word everybody, or a list of groups, as in [Analysts]',
  })
  .meta({ kind: '`everybody`, or list of text' });

const rolesSection = section({
  admin: list(text()).prefault([]).describe('Groups whose people change settings and people.'),
  operator: list(text()).prefault([]).describe('Groups whose people retry, skip, abort, pause and resume.'),
  approver: named(text(), streams)
    .prefault({})
    .describe('Streams whose apps the people of a group approve or deny, as in Sales managers: [Sales].'),
  viewer: viewers
    .prefault([])
    .describe('Groups whose people look and no more; everybody: whomever the identity provider signs in.'),
});

export const oidcSection = section({
  issuer: url().describe('Address of the identity provider; /.well-known/openid-configuration is read below it.'),
  label: text().prefault('your company account').describe('What the button says after "Sign in with".'),
  clientId: text().describe('Waybill as the identity provider knows it.'),
  clientSecret: secret().describe('Secret of this client.'),
  ca: path()
    .optional()
    .describe("PEM file of the authority that signed the provider's certificate. When not set: those of Node."),
  scopes: list(text()).prefault(['openid', 'profile', 'email']).describe('What Waybill asks the provider for.'),
  nameClaim: text().prefault('preferred_username').describe('Claim with the name that people are listed under.'),
  displayNameClaim: text().prefault('name').describe('Claim with the name that people are called by.'),
  account: text()
    .regex(/\{[^{}]+\}/, { error: String.raw`expected a claim in braces, as in COMPANY\{samaccountname}` })
    .describe(
      String.raw`Account that decisions are recorded under, made of claims: COMPANY\{samaccountname}, COMPANY\{upn before @}, or {qlik_account} where a claim holds all of it. Take only claims that people cannot change themselves.`,
    ),
  groupsClaim: text().prefault('groups').describe('Claim with the groups of a person.'),
  roles: rolesSection
    .prefault({})
    .describe('What people of which groups may do. Whoever is in none of them does not get in.'),
});
