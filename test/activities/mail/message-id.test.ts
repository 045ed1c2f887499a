import { describe, expect, test } from 'vitest';
import { messageIdOf } from '../../../activities/mail/message-id.ts';
import { sampleMail } from './mail-fixtures.ts';

const owner = { to: 'owner', site: 'dev', owner: 'COMPANY\\anna' } as const;
const approved = { installationId: 'main', promotionKey: 'k3y', mail: sampleMail('approved'), recipients: owner };

describe('a Message-ID', () => {
  test('names promotion, kind and installation', () => {
    expect(messageIdOf(approved)).toBe('<k3y.approved@main.waybill>');
  });

  test('counts the mails of one kind', () => {
    const mail = sampleMail('reminder');
    const recipients = { to: 'stream', site: 'dev', streamName: 'Review' } as const;
    expect(messageIdOf({ ...approved, mail, recipients })).toBe('<k3y.reminder.2@main.waybill>');
  });

  test('differs between two publishes of one app', () => {
    const mail = sampleMail('publishAlert');
    const recipients = { to: 'stream', site: 'dev', streamName: 'Review' } as const;
    const ids = ['2026-03-10T13:05:00.000Z', '2026-03-11T13:05:00.000Z'].map((occurredAtUtc) =>
      messageIdOf({ ...approved, promotionKey: 'dev/0f0e', mail: { ...mail, occurredAtUtc }, recipients }),
    );

    expect(ids[0]).not.toBe(ids[1]);
    expect(ids[0]).toMatch(/^<dev-0f0e-[0-9a-f]{10}\.publishAlert\.20260310T130500000Z@main\.waybill>$/);
  });

  test('differs between audiences and takes the key of the caller', () => {
    const ids = [
      approved,
      { ...approved, recipients: { to: 'explicit', addresses: ['a@x.com'] } as const },
      { ...approved, recipients: { to: 'explicit', addresses: ['b@x.com'] } as const },
      { ...approved, key: 'approved.operators', recipients: { to: 'operators' } as const },
    ].map(messageIdOf);

    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.at(-1)).toBe('<k3y.approved.operators@main.waybill>');
  });

  test('holds nothing that a header could not bear', () => {
    const id = messageIdOf({ ...approved, promotionKey: 'a>\r\nBcc: x@y\u00e9', key: ' <b> ' });
    expect(id).toMatch(/^<[\w.-]+@main\.waybill>$/);
  });
});
