import type { ConsoleConfig } from '../../config/types.ts';

/** Whom people ask who do not get in, in words that stand after "ask". */
export function contactOf({ contact }: Pick<ConsoleConfig, 'contact'>): string {
  return contact ?? 'an administrator of Waybill';
}
