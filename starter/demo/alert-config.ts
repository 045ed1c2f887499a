import { stringify } from 'yaml';
import type { Mosquitto } from '../../sandbox/broker/start-mosquitto.ts';
import type { Chat } from '../../sandbox/chat/start-chat.ts';
import type { CloudTenant } from '../../sandbox/cloud/start-cloud-tenant.ts';
import type { Inbox } from '../../sandbox/inbox/start-inbox.ts';

export interface AlertSandbox {
  readonly cloud: CloudTenant;
  readonly chat: Chat;
  readonly inbox: Inbox;
  /** Undefined where Mosquitto is not installed. */
  readonly broker: Mosquitto | undefined;
}

export const SLACK = '#bi-alerts';
export const TEAMS = 'BI team';
export const TEAM_MAIL = 'bi-team@company.example';

/** The YAML configuration of a Waybill that only alerts. */
export function alertConfig(
  { cloud, chat, inbox, broker }: AlertSandbox,
  { dataFolder, temporal, temporalUi }: { dataFolder: string; temporal: number; temporalUi: number },
): string {
  return stringify({
    installation: { id: 'sandbox' },
    dataFolder,
    mail: {
      enabled: true,
      host: inbox.host,
      port: inbox.port,
      tls: 'none',
      from: 'waybill@company.example',
      operators: ['operations@company.example'],
    },
    alerts: {
      ...(broker && { broker: { url: broker.url } }),
      tenants: {
        company: {
          id: cloud.tenantId,
          url: cloud.url,
          comment: 'The tenant of the demo',
          login: { clientId: cloud.oauthClient.id, clientSecret: cloud.oauthClient.secret },
          settleCheck: '500ms',
          reconcile: { every: broker ? '15m' : '2s' },
        },
      },
      destinations: {
        mail: { team: { recipients: [TEAM_MAIL], owner: { enabled: true }, rateLimit: '10s', recovery: true } },
        slack: { team: { webhook: chat.createSlackHook(SLACK).url, rateLimit: '10s', recovery: true } },
        teams: { team: { webhook: chat.createTeamsFlow(TEAMS).url, rateLimit: '10s', recovery: true } },
      },
    },
    temporal: { devServer: { port: temporal, uiPort: temporalUi } },
    console: { enabled: false },
    timeouts: { heartbeatEvery: '1s' },
    logging: { file: `${dataFolder}/waybill.log`, level: 'info' },
  });
}

/** The settings of the gateway in front of the broker. */
export function gatewayConfig({ cloud }: AlertSandbox, broker: Mosquitto, secretFile: string): string {
  return stringify({
    listen: { port: 0 },
    broker: { url: broker.url },
    spool: { folder: 'spool' },
    tenants: [{ id: cloud.tenantId, secrets: [{ file: secretFile }] }],
  });
}
