import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import pLimit from 'p-limit';
import { waybillError } from '../../common/errors/catalogue.ts';

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt);

/** What OWASP asks of scrypt (Password Storage Cheat Sheet): 128 MB for one hash. */
const COST = { N: 2 ** 17, r: 8, p: 1 } as const;
const HASH_BYTES = 32;
const SALT_BYTES = 16;
/** Hashes at a time: the memory they take together, and the threads they leave to others. */
const atATime = pLimit(2);
/** Hashes that wait: who comes after them is told to come again, and not kept waiting for minutes. */
const MOST_WAITING = 30;

/** The shortest password that is taken (NIST SP 800-63B). */
export const LEAST_CHARACTERS = 12;
const MOST_CHARACTERS = 200;
/** Shorter names stand in many words by chance. */
const SHORTEST_NAME_IN_IT = 3;

/** Why a password is not taken; `undefined` where it is. */
export function whyNotThisPassword(password: string, name: string): string | undefined {
  if (password.length < LEAST_CHARACTERS) return `A password has at least ${LEAST_CHARACTERS} characters.`;
  if (password.length > MOST_CHARACTERS) return `A password has at most ${MOST_CHARACTERS} characters.`;
  if (name.length >= SHORTEST_NAME_IN_IT && password.toLowerCase().includes(name.toLowerCase()))
    return 'A password does not hold the name.';
  if (new Set(password).size < 5) return 'A password has at least five different characters.';
  return undefined;
}

/** The text that is kept of a password: `$scrypt$N=…,r=…,p=…$salt$hash`. @throws WAYBILL_CONSOLE_BUSY */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await hashOf(password, salt, COST);
  const { N, r, p } = COST;
  return `$scrypt$N=${N},r=${r},p=${p}$${salt.toString('base64url')}$${hash.toString('base64url')}`;
}

/**
 * Whether a password is the one of a kept text. Without a text it takes the same time and is false, so that nobody
 * learns from the time which names there are. @throws WAYBILL_CONSOLE_BUSY
 */
export async function isPassword(password: string, kept: string | undefined): Promise<boolean> {
  const parts = /^\$scrypt\$N=(\d+),r=(\d+),p=(\d+)\$([\w-]+)\$([\w-]+)$/.exec(kept ?? '');
  const [, N, r, p, salt, hash] = parts ?? [];
  const cost = parts ? { N: Number(N), r: Number(r), p: Number(p) } : COST;
  const found = await hashOf(password.slice(0, MOST_CHARACTERS), Buffer.from(salt ?? '', 'base64url'), cost);
  const right = Buffer.from(hash ?? '', 'base64url');
  return right.length === found.length && timingSafeEqual(right, found);
}

async function hashOf(
  password: string,
  salt: Buffer,
  { N, r, p }: { N: number; r: number; p: number },
): Promise<Buffer> {
  if (atATime.pendingCount >= MOST_WAITING) throw waybillError('WAYBILL_CONSOLE_BUSY');
  return atATime(() => derive(password.normalize('NFKC'), salt, HASH_BYTES, { N, r, p, maxmem: 256 * N * r }));
}
