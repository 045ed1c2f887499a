import { randomUUID } from 'node:crypto';
import type { Reply } from '../qrs/http-call.ts';

/** An answer other than success, as Qlik Cloud words it. */
export class CloudRefusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;

  constructor(status: number, title: string, detail: string, code = `HTTP-${status}`) {
    super(`${status} ${title}: ${detail}`);
    this.status = status;
    this.code = code;
    this.title = title;
    this.detail = detail;
  }
}

/** The body `{"errors":[{code, title, detail}]}` of a refusal. */
export function refusalReply({ status, code, title, detail }: CloudRefusal): Reply {
  return { status, json: { errors: [{ code, title, detail }], traceId: randomUUID().replaceAll('-', '') } };
}

/** 401, for credentials that are missing, wrong, revoked or expired. */
export function unauthorized(detail: string): CloudRefusal {
  return new CloudRefusal(401, 'Unauthorized', detail);
}

/** 404, for an id that nothing has. */
export function notFound(what: string): CloudRefusal {
  return new CloudRefusal(404, 'Not found', `${what} could not be found`);
}

/** 429 with Retry-After and the body that qlik.dev shows. */
export function tooMany(seconds: number): Reply {
  return {
    status: 429,
    headers: { 'retry-after': String(seconds) },
    json: {
      errors: [
        {
          code: 'HTTP-429',
          title: 'API rate limit reached.',
          detail: `You need to wait ${seconds} seconds until limit is lifted.`,
        },
      ],
    },
  };
}
