import type { FastifyRequest } from 'fastify';
import type { ConsoleContext } from '../server/context.ts';

export const themes = ['auto', 'light', 'dark'] as const;

export type Theme = (typeof themes)[number];

/** What the reader chose; `auto` follows the system. */
export function themeOf({ cookies }: ConsoleContext, request: FastifyRequest): Theme {
  const chosen = request.cookies[cookies.theme];
  return themes.find((theme) => theme === chosen) ?? 'auto';
}
