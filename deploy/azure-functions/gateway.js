import { app } from '@azure/functions';
import { azureHandler } from './gateway/azure-function.ts';
import { openGateway } from './gateway/run-gateway.ts';
import { readSettings } from './gateway/settings.ts';

// One connection for as long as the instance lives; the settings stand in an application setting, secrets in others.
const settings = readSettings(process.env.WAYBILL_GATEWAY_SETTINGS ?? '', {
  folder: import.meta.dirname,
  env: process.env,
});
const gateway = openGateway(settings);

app.http('gateway', {
  methods: ['POST'],
  authLevel: 'anonymous',
  route: 'events/{tenant}',
  handler: async (request) => azureHandler(await gateway)(request),
});
