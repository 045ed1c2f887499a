import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '../write-config.ts';

/** The password of `fullSeed`, which must not be found in anything that is made of it but the environment file. */
export const canary = "canary-pass ä'";

/** `static/config.json` as somebody runs the old program, with every key that it has. */
export const fullSeed = {
  installed_on_sense_server: 'true',
  port: '5005',
  promote_on_custom_property_change: {
    local_server: '',
    local_server_FQDN: 'qlik-dev.company.com',
    remote_servers: [
      { remote_server: 'qlik-test.company.com', server_alias: 'Test' },
      { remote_server: 'qlik-prod.company.com', server_alias: 'prod' },
    ],
    user_directory: 'COMPANY',
    user_id: 'promoter',
    custom_property_name_promote: 'ToServer',
    custom_property_name_promote_stream: 'PromoteToStream',
    custom_property_name_promote_approval: 'PromotionApproval',
    auto_unpublish_on_approve_or_deny: { auto_unpublish: 'false', custom_property_name: 'TakeDown' },
    app_version_on_change: {
      enabled: 'True',
      auto_version_on_promote: 'false',
      custom_property_name: 'PromotionS3Versioning',
      s3_bucket: 'app-versions',
      prefix: 'PromotedToTest/',
    },
    email_config: {
      promotion_email_alerts: 'TRUE',
      email_UDC_attribute_exists: 'true',
      promotion_SMTP: 'smtp.company.com',
      promotion_SMTP_port: '2525',
      promotion_sender_email: 'promoter@company.com',
      promotion_sender_pass: Buffer.from(canary).toString('base64'),
      custom_property_name_stream_alert_on_publish: 'EmailAlertOnPublishTo',
    },
  },
  promote_on_reload: { enabled: 'true', custom_property_name: 'PromoteOnReload', tag_name: 'Reloaded' },
  logging: {
    log_level: 'DEBUG',
    notification_log_bytes: '3000000',
    notification_log_rolling_backup_num: '3',
    other_logs_bytes: '10000000',
    other_logs_rolling_backup_num: '7',
  },
};

/** The values that the old program comes with. */
export const defaultSeed = {
  installed_on_sense_server: 'true',
  port: '5000',
  promote_on_custom_property_change: {
    local_server: '',
    local_server_FQDN: 'qlik-dev.company.com',
    remote_servers: [{ remote_server: 'qlik-test.company.com', server_alias: 'test' }],
    user_directory: 'INTERNAL',
    user_id: 'sa_api',
    custom_property_name_promote: 'PromoteToServer',
    custom_property_name_promote_stream: 'PromoteToStream',
    custom_property_name_promote_approval: 'PromotionApproval',
    auto_unpublish_on_approve_or_deny: { auto_unpublish: 'true', custom_property_name: '' },
    app_version_on_change: {
      enabled: 'false',
      auto_version_on_promote: 'false',
      custom_property_name: 'PromotionS3Versioning',
      s3_bucket: 'notification-api-app-versioning',
      prefix: 'PromotedToTest/',
    },
    email_config: {
      promotion_email_alerts: 'false',
      email_UDC_attribute_exists: 'true',
      promotion_SMTP: 'smtp.gmail.com',
      promotion_SMTP_port: '587',
      promotion_sender_email: '',
      promotion_sender_pass: '',
      custom_property_name_stream_alert_on_publish: 'EmailAlertOnPublishTo',
    },
  },
  promote_on_reload: { enabled: 'false', custom_property_name: 'PromoteOnReload', tag_name: 'PromoteOnReload' },
  logging: {
    log_level: 'INFO',
    notification_log_bytes: '3000000',
    notification_log_rolling_backup_num: '3',
    other_logs_bytes: '20000000',
    other_logs_rolling_backup_num: '5',
  },
};

export const minimalSeed = { promote_on_custom_property_change: {} };

const streamMap = `StreamID, ApprovalEmailAddress
aaec8d41-5201-43ab-809f-3063750dfafd,anna@company.com
aaec8d41-5201-43ab-809f-3063750dfafd, bert@company.com
`;

/** The files of the folder that the old program runs in, by their path there. */
export function seedFiles(values: unknown): Record<string, string | Uint8Array> {
  return {
    'static/config.json': JSON.stringify(values, null, 4),
    'static/ApprovalStreamsToEmailAddressMap.csv': streamMap,
    'console_port.json': '{"console_port": 5001}',
    'Certificates/LocalServerCerts/client.pem': '',
    'Certificates/LocalServerCerts/client_key.pem': '',
    'Certificates/LocalServerCerts/root.pem': '',
    'Certificates/test/client.pem': '',
    'Certificates/test/client_key.pem': '',
  };
}

/** Writes files into a folder, which is a new one where none is named, and gives its path. */
export function writeFolder(files: Readonly<Record<string, string | Uint8Array>>, folder = temporaryFolder()): string {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, ...name.split('/'));
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return folder;
}
