import { lambdaHandler } from './gateway/aws-lambda.ts';
import { openGateway } from './gateway/run-gateway.ts';
import { readSettings } from './gateway/settings.ts';

// One connection for as long as the instance lives; the settings stand in an environment variable, secrets in others.
const settings = readSettings(process.env.WAYBILL_GATEWAY_SETTINGS ?? '', {
  folder: import.meta.dirname,
  env: process.env,
});
const gateway = openGateway(settings);

export const handler = async (event) => lambdaHandler(await gateway)(event);
