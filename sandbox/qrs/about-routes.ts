import { ok, param, type Route } from './http-call.ts';
import { kinds } from './kinds.ts';
import { QrsRefusal } from './refusal.ts';

/** `/about` and what it says of its own interfaces ("QRS facts, section 2"). */
export const aboutRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/about',
    handle: (call) =>
      ok({
        buildVersion: '38.22.0.0',
        buildDate: '9/20/2013 10:09:00 AM',
        databaseProvider: 'Devart.Data.PostgreSql',
        nodeType: call.site.switches.thisNode === 'central' ? 1 : 2,
        sharedPersistence: true,
        requiresBootstrap: false,
        singleNodeOnly: false,
        schemaPath: 'About',
      }),
  },
  { method: 'GET', path: '/about/openapi', handle: () => ok(['main']) },
  {
    method: 'GET',
    path: '/about/openapi/{interface}',
    handle(call) {
      if (param(call, 'interface').toLowerCase() !== 'main') throw new QrsRefusal(404, call.site.switches.notFoundText);
      const paths = Object.values(kinds).map((kind): [string, object] => [`/${kind.path}`, {}]);
      return ok({ swagger: '2.0', basePath: '/qrs', paths: Object.fromEntries(paths) });
    },
  },
];
