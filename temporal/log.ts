import type { BaseLogger } from 'pino';

/** What this room and the worker need of a logger: first an object with facts, then one sentence. */
export type Log = Pick<BaseLogger, 'debug' | 'info' | 'warn' | 'error'>;
