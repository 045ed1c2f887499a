import { type LogLevel, Runtime } from '@temporalio/worker';
import type { Logger } from '../common/logger.ts';

type Level = 'debug' | 'info' | 'warn' | 'error';
/** What the SDK calls information is its own business; Waybill tells itself what it does. */
const levels: Record<LogLevel, Level> = { TRACE: 'debug', DEBUG: 'debug', INFO: 'debug', WARN: 'warn', ERROR: 'error' };
/** Waybill's Workers have one duty each, so that the others are always missing. */
const MEANT_SO = /^No (workflows|activities|Nexus services) registered/;

/**
 * Sends what Temporal's SDK logs to `logger` and leaves signals to Waybill. To be called before the first connection
 * of a worker; a process has one runtime, so a second call changes nothing and returns false.
 */
export function installRuntime(logger: Logger): boolean {
  try {
    Runtime.install({
      logger: sdkLogger(logger),
      shutdownSignals: [],
      telemetryOptions: { logging: { filter: { core: 'WARN', other: 'WARN' }, forward: {} } },
    });
    return true;
  } catch (error) {
    if ((error as Error).name === 'IllegalStateError') return false;
    throw error;
  }
}

function sdkLogger(logger: Logger) {
  const log = (level: LogLevel, message: string, meta: Record<string | symbol, unknown> = {}) => {
    logger[MEANT_SO.test(message) ? 'debug' : levels[level]](plain(meta), message);
  };
  return {
    log,
    trace: (message: string, meta?: Record<string | symbol, unknown>) => log('TRACE', message, meta),
    debug: (message: string, meta?: Record<string | symbol, unknown>) => log('DEBUG', message, meta),
    info: (message: string, meta?: Record<string | symbol, unknown>) => log('INFO', message, meta),
    warn: (message: string, meta?: Record<string | symbol, unknown>) => log('WARN', message, meta),
    error: (message: string, meta?: Record<string | symbol, unknown>) => log('ERROR', message, meta),
  };
}

/** Facts as plain values. Of an error only its name, type and message are kept: causes and inputs may hold anything. */
function plain(meta: Record<string | symbol, unknown>): Record<string, unknown> {
  const facts = Object.entries(meta).filter(([key]) => key !== 'taskToken' && key !== 'spanContexts');
  return Object.fromEntries(facts.map(([key, value]) => [key, value instanceof Error ? brief(value) : value]));
}

function brief(error: Error & { type?: unknown }): Record<string, unknown> {
  return { name: error.name, type: error.type, message: error.message };
}
