/** What a fault of the store does. Times in milliseconds, sizes in bytes. */
export type S3FaultEffect =
  /** An S3 error; nothing is done. Default 500 `InternalError`. */
  | { type: 'error'; status?: number; code?: string }
  /** 503 `SlowDown`; nothing is done. */
  | { type: 'slow-down' }
  /** 403 `ExpiredToken`; nothing is done. */
  | { type: 'expired' }
  /** Resets the connection before anything is done. */
  | { type: 'reset' }
  /** Resets the connection once so many bytes of the request's body have come; nothing is done. */
  | { type: 'reset-upload'; afterBytes: number }
  /** Never answers; nothing is done. */
  | { type: 'hang' }
  /** Goes on after a while. */
  | { type: 'delay'; delayMs: number }
  /** Done, but the answer is lost in a reset. */
  | { type: 'reply-lost' }
  /** Fewer bytes of the answer than announced, then a reset. */
  | { type: 'truncate'; afterBytes: number };

/** Calls by the names that the S3 API gives them. */
export type S3Operation =
  | 'PutObject'
  | 'GetObject'
  | 'HeadObject'
  | 'DeleteObject'
  | 'CreateMultipartUpload'
  | 'UploadPart'
  | 'CompleteMultipartUpload'
  | 'AbortMultipartUpload'
  | 'ListMultipartUploads'
  | 'ListObjectVersions'
  | 'ListObjects'
  | 'GetBucketVersioning'
  | 'PutBucketVersioning'
  | 'CreateBucket'
  | 'HeadBucket'
  | 'Other';

/** When a fault strikes and what it does. */
export interface S3FaultRule {
  effect: S3FaultEffect;
  /** Any when left out. */
  operation?: S3Operation;
  /** Part of the object's key, or a pattern. Any when left out. */
  key?: string | RegExp;
  /** Strikes from the n-th matching call on, counted from 1. Default 1. */
  nth?: number;
  /** How often in all. Default 1; 0: without end. */
  times?: number;
}

/** A rule in force. */
export interface ActiveS3Fault extends S3FaultRule {
  id: string;
  matched: number;
  struck: number;
}

/** The rules of one store. */
export interface S3FaultBoard {
  /** The id of the new rule. */
  add(rule: S3FaultRule): string;
  /** Takes the rule out, or all rules. */
  clear(id?: string): void;
  all(): readonly ActiveS3Fault[];
  /** How often the rule struck; 0 for one that is not there. */
  struck(id: string): number;
  /** The first rule that strikes this call; counts it for all. */
  strike(operation: S3Operation, key: string): ActiveS3Fault | undefined;
}

/** A board without rules. */
export function createS3FaultBoard(): S3FaultBoard {
  let rules: ActiveS3Fault[] = [];
  let added = 0;
  return {
    add(rule) {
      added += 1;
      rules.push({ ...rule, id: `s3-fault-${added}`, matched: 0, struck: 0 });
      return `s3-fault-${added}`;
    },
    clear(id) {
      rules = id === undefined ? [] : rules.filter((rule) => rule.id !== id);
    },
    all: () => rules,
    struck: (id) => rules.find((rule) => rule.id === id)?.struck ?? 0,
    strike(operation, key) {
      const striking = rules.filter((rule) => strikes(rule, operation, key));
      const [first] = striking;
      if (first !== undefined) first.struck += 1;
      return first;
    },
  };
}

function strikes(rule: ActiveS3Fault, operation: S3Operation, key: string): boolean {
  if (rule.operation !== undefined && rule.operation !== operation) return false;
  if (typeof rule.key === 'string' ? !key.includes(rule.key) : rule.key !== undefined && !rule.key.test(key))
    return false;
  rule.matched += 1;
  const times = rule.times ?? 1;
  return rule.matched >= (rule.nth ?? 1) && (times === 0 || rule.struck < times);
}

/** Which call a request is, and the key of the object it is about (empty for a bucket); path style. */
export function callOf(method: string, url: string): { operation: S3Operation; key: string } {
  const { pathname, searchParams } = new URL(url, 'http://s3');
  const [, , ...rest] = pathname.split('/');
  const key = decodeURIComponent(rest.join('/'));
  return { operation: key === '' ? ofBucket(method, searchParams) : ofObject(method, searchParams), key };
}

function ofObject(method: string, query: URLSearchParams): S3Operation {
  const isPart = query.has('uploadId');
  if (method === 'POST')
    return query.has('uploads') ? 'CreateMultipartUpload' : isPart ? 'CompleteMultipartUpload' : 'Other';
  if (method === 'PUT') return query.has('partNumber') ? 'UploadPart' : 'PutObject';
  if (method === 'DELETE') return isPart ? 'AbortMultipartUpload' : 'DeleteObject';
  return method === 'HEAD' ? 'HeadObject' : method === 'GET' ? 'GetObject' : 'Other';
}

function ofBucket(method: string, query: URLSearchParams): S3Operation {
  if (query.has('versioning')) return method === 'PUT' ? 'PutBucketVersioning' : 'GetBucketVersioning';
  if (query.has('versions')) return 'ListObjectVersions';
  if (query.has('uploads')) return 'ListMultipartUploads';
  if (method === 'HEAD') return 'HeadBucket';
  if (method === 'GET') return 'ListObjects';
  return method === 'PUT' ? 'CreateBucket' : 'Other';
}
