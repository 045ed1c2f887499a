import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { waybillError } from '../../../common/errors/catalogue.ts';
import { isWaybillError } from '../../../common/errors/waybill-error.ts';
import type { OidcConfig } from '../../../config/types.ts';
import type { ConsoleContext, ConsoleServer } from '../../server/context.ts';
import { ownPath } from '../../server/own-path.ts';
import { readQuery } from '../../server/read-form.ts';
import { readSigned, writeSigned } from '../../server/signed-cookie.ts';
import { contactOf } from '../../sign-in/contact.ts';
import { enter } from '../../sign-in/enter.ts';
import { note } from '../../sign-in/note.ts';
import { knownPerson, wantedClaims } from '../../sign-in/oidc/claims.ts';
import type { Flow, IdentityProvider } from '../../sign-in/oidc/identity-provider.ts';
import { isAway, reasonOf } from '../../sign-in/oidc/reason-of.ts';
import { welcome } from '../../sign-in/oidc/welcome.ts';

const BACK = '/sign-in/oidc/back';
/** How long somebody may take at the provider. */
const FLOW_SECONDS = 600;

const beginQuery = z.object({ to: z.string().optional() });
const flowFacts = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  to: z.string(),
  at: z.number(),
});

/** The way to the identity provider, and back from it. */
export function addOidcPages(server: ConsoleServer, context: ConsoleContext): void {
  const name = context.cookies.oidc;
  // A link and no form: browsers hold a form to our own pages, also where its answer leads elsewhere.
  server.get('/sign-in/oidc', { config: { open: true } }, async (request, reply) => {
    const { provider } = context;
    if (!provider) return reply.callNotFound();
    const { to } = readQuery(request, beginQuery);
    const { url, flow } = await provider.begin(`${context.publicUrl()}${BACK}`);
    writeSigned(context, reply, { name, maxAgeSeconds: FLOW_SECONDS }, { ...flow, to: ownPath(to), at: Date.now() });
    return reply.redirect(url);
  });

  server.get(BACK, { config: { open: true } }, async (request, reply) => {
    const { provider } = context;
    const { oidc } = context.config.console;
    if (!provider || !oidc) return reply.callNotFound();
    const flow = readSigned(request, name, flowFacts);
    reply.clearCookie(name, { path: '/' });
    try {
      if (!flow || Date.now() - flow.at > FLOW_SECONDS * 1000) {
        throw failed(context, 'the answer belongs to no sign-in that this browser began in the last ten minutes');
      }
      await letIn(context, { provider, settings: oidc, request, reply, flow });
      return reply.redirect(flow.to);
    } catch (error) {
      const facts = { kind: 'oidc', why: isWaybillError(error) ? error.code : 'unknown' };
      await note(context, request, { what: 'sign-in-refused', by: undefined, facts });
      throw error;
    }
  });
}

interface Arrival {
  readonly provider: IdentityProvider;
  readonly settings: OidcConfig;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly flow: Flow;
}

/** @throws WAYBILL_CONSOLE_PROVIDER_AWAY, _SIGN_IN_FAILED, _CLAIM_UNUSABLE, _NO_ROLE, _SHUT_OUT, _NAME_TAKEN */
async function letIn(context: ConsoleContext, { provider, settings, request, reply, flow }: Arrival): Promise<void> {
  const contact = contactOf(context.config.console);
  const claims = await provider
    .finish(new URL(`${context.publicUrl()}${request.url}`), flow, wantedClaims(settings))
    .catch((error: unknown) => {
      if (isWaybillError(error)) throw error;
      context.logger.warn({ err: error }, 'The identity provider signed nobody in');
      if (!isAway(error)) throw failed(context, reasonOf(error), error);
      const facts = { issuer: settings.issuer, reason: reasonOf(error) };
      throw waybillError('WAYBILL_CONSOLE_PROVIDER_AWAY', facts, { cause: error });
    });
  const person = await welcome(context.ledger, settings, knownPerson(settings, claims, contact), contact);
  await enter(context, request, reply, person);
}

function failed({ config }: ConsoleContext, reason: string, cause?: unknown): Error {
  return waybillError('WAYBILL_CONSOLE_SIGN_IN_FAILED', { reason, contact: contactOf(config.console) }, { cause });
}
