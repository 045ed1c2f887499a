/** Values that must not be found in anything that is made of `fullButler`. */
export const canaries = ['canary-broker', 'canary-jwt', 'canary-teams', 'canary-slack', 'canary-smtp', 'canary-link'];

/** A Butler configuration as somebody runs it, with every key that its template has for Qlik Cloud. */
export const fullButler = `---
Butler:
    logLevel: info
    scriptLog:
        storeOnDisk:
            clientManaged:
                reloadTaskFailure: { enable: false, logDirectory: /path/to/scriptlogs/qseow }
            qsCloud:
                appReloadFailure:
                    enable: true
                    logDirectory: 'D:\\butler\\scriptlogs'
    qlikSenseUrls:
        qmc: https://qlik.company.com/qmc
        hub: https://qlik.company.com/hub
    genericUrls:
        - id: wiki
          linkText: What to do
          comment: Page of the team
          url: https://wiki.company.com/reloads
        - id: runbook
          linkText: What to do
          comment: Another page
          url: https://runbook.company.com/
        - id: private
          linkText: Private
          comment: Has a password
          url: https://anna:canary-link@files.company.com/
    emailNotification:
        enable: true
        reloadTaskFailure: { enable: true }
        smtp:
            host: smtp.company.com
            port: 587
            secure: false
            tls:
                serverName: mail.company.com
                ignoreTLS: false
                requireTLS: true
                rejectUnauthorized: false
            auth:
                enable: true
                user: butler
                password: canary-smtp
    mqttConfig:
        enable: true
        brokerHost: mqtt-onprem.company.com
        brokerPort: 1883
        azureEventGrid:
            enable: false
            clientId: <client ID>
            clientCertFile: <path to client certificate file>
            clientKeyFile: <path to client key file>
        taskFailureTopic: qliksense/task_failure
        qlikSenseCloud:
            event:
                mqttForward:
                    enable: true
                    broker:
                        host: mqtt.company.com
                        port: 8765
                        username: butler
                        password: canary-broker
                    topic:
                        subscriptionRoot: qscloud/#
                        appReload: qscloud/app/reload
    qlikSenseCloud:
        enable: true
        event:
            mqtt:
                tenant:
                    id: QzV3kW9vTt0
                    tenantUrl: https://company.eu.qlikcloud.com
                    authType: jwt
                    auth:
                        jwt:
                            token: canary-jwt
                    qlikSenseUrls:
                        qmc: https://company.eu.qlikcloud.com/analytics/home
                        hub: https://company.eu.qlikcloud.com/admin/home
                    comment: Production tenant
                    alert:
                        teamsNotification:
                            reloadAppFailure:
                                enable: true
                                alertEnableByTag: { enable: true, tag: Alert Teams }
                                basicContentOnly: true
                                webhookURL: https://company.webhook.office.com/webhookb2/canary-teams
                                messageType: formatted
                                basicMsgTemplate: 'Failed: "{{appName}}"'
                                rateLimit: 15
                                headScriptLogLines: 15
                                tailScriptLogLines: 15
                                templateFile: teams_templates/failed-reload-qscloud-workflow.handlebars
                        slackNotification:
                            reloadAppFailure:
                                enable: false
                                alertEnableByTag: { enable: false, tag: Alert Slack }
                                basicContentOnly: false
                                webhookURL: https://hooks.slack.com/services/canary-slack
                                channel: sense-task-failure
                                messageType: basic
                                basicMsgTemplate: 'Failed: {{ taskName }}'
                                rateLimit: 300
                                headScriptLogLines: 0
                                tailScriptLogLines: 900
                                templateFile: /opt/butler/slack_templates/failed-reload-qscloud.handlebars
                                fromUser: Qlik Sense
                                iconEmoji: ':ghost:'
                        emailNotification:
                            reloadAppFailure:
                                enable: true
                                alertEnableByTag: { enable: true, tag: Alert mail }
                                appOwnerAlert:
                                    enable: true
                                    includeOwner:
                                        includeAll: false
                                        user:
                                            - email: anna@company.com
                                            - joe@company.com
                                    excludeOwner:
                                        user:
                                            - email: daniel@company.com
                                rateLimit: 3600
                                headScriptLogLines: 15
                                tailScriptLogLines: 25
                                priority: high
                                subject: '❌ Qlik Sense reload failed: "{{taskName}}"'
                                bodyFileDirectory: D:\\butler\\email_templates\\
                                htmlTemplateFile: failed-reload-qscloud
                                fromAddress: Qlik Sense (no-reply) <noreply@company.com>
                                recipients:
                                    - emma@company.com
                                    - patrick@company.com
                                    - emma@company.com
                                    - nobody
    cert:
        clientCert: cert/client.pem
`;

/** Butler as its template is: nothing switched on, and only examples. */
export const sampleButler = fullButler
  .replaceAll('enable: true', 'enable: false')
  .replace('host: mqtt.company.com', 'host: mqttbroker.company.com')
  .replaceAll('https://company.eu.qlikcloud.com/', 'https://mytenant.region.qlikcloud.com/')
  .replaceAll('https://company.eu.qlikcloud.com', 'https://tenant.region.qlikcloud.com')
  .replace('canary-jwt', '<JWT token>')
  .replace(/recipients:\n( +- .*\n)+/, 'recipients:\n');

/** The least that can be carried over. */
export const smallButler = `Butler:
  qlikSenseCloud:
    enable: true
    event: { mqtt: { tenant: { id: t1, tenantUrl: 'https://small.de.qlikcloud.com/', auth: { jwt: { token: canary-jwt } } } } }
`;
