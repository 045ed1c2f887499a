import { randomUUID } from 'node:crypto';
import type { EventShape } from '../../../sandbox/cloud/switches.ts';
import { event } from '../../gateway/make-gateway.ts';
import type { AlertProcesses } from './alert-processes.ts';

/** What comes to the gateway, 1,000 events in all. */
export const COUNTS = {
  /** Failed reloads; each has an event of the engine and one of the reload service. */
  failed: 150,
  succeeded: 349,
  otherTypes: 50,
  /** Refused by the gateway, and passed on by it but unreadable to the subscriber. */
  refused: 50,
  unreadable: 50,
  /** Sent again, as they were. */
  duplicates: 200,
  /** The end of one more failed reload, behind all of them. */
  last: 1,
} as const;

const APPS = 15;
const shapes: readonly EventShape[] = ['legacy', 'hybrid', 'cloudEvents'];

/** The events in a shuffled order, each as something to do; the same order for the same seed. */
export interface EventPlan {
  readonly failed: readonly string[];
  readonly acts: readonly (() => unknown)[];
  /** Sends some of what was delivered again, byte by byte. */
  readonly repeats: readonly (() => Promise<unknown>)[];
  /** One more failed reload: when its alert is out, all that came before has been taken. Its id. */
  last(): string;
}

export function planEvents({ cloud, webhook }: AlertProcesses, seed: number): EventPlan {
  const random = randomOf(seed);
  const owner = cloud.actAs.createUser({ name: 'Olga Owner', email: 'olga@company.example' });
  const apps = Array.from({ length: APPS }, (_, nth) => cloud.actAs.createApp({ name: `App ${nth}`, owner }));
  let nth = 0;
  const inNextShape = (send: () => void) => () => {
    cloud.switches.eventShape = shapes[nth++ % shapes.length] ?? 'cloudEvents';
    send();
  };
  const app = (index: number): string => apps[index % APPS] ?? '';
  const failed = range(COUNTS.failed, (index) =>
    cloud.actAs.reloadApp(app(index), { status: 'FAILED', sendEvents: [] }),
  );
  const succeeded = range(COUNTS.succeeded, (index) => cloud.actAs.reloadApp(app(index), { sendEvents: [] }));
  const send = (body: string) => () => cloud.actAs.sendBody(webhook, body);
  const acts = [
    ...failed.map((id) => inNextShape(() => cloud.actAs.repeatEvents(id, ['com.qlik.v1.app.reload.finished']))),
    ...failed.map((id) => inNextShape(() => cloud.actAs.repeatEvents(id, ['com.qlik.v1.reload.finished']))),
    ...succeeded.map((id) => inNextShape(() => cloud.actAs.repeatEvents(id, ['com.qlik.v1.reload.finished']))),
    ...range(COUNTS.otherTypes, () => send(other({ type: 'com.qlik.app.published', data: {} }))),
    ...range(COUNTS.refused, (index) => send(index % 2 === 0 ? `{"half": ${index}` : JSON.stringify({ hello: index }))),
    ...range(COUNTS.unreadable, (index) => send(other({ data: index % 2 === 0 ? {} : { id: 'r', status: 'LOST' } }))),
  ];
  const repeats = range(COUNTS.duplicates, () => async () => {
    const delivered = cloud.deliveries(webhook).filter(({ status }) => status === 'success');
    const chosen = delivered[Math.floor(random() * delivered.length)];
    if (!chosen) throw new Error('nothing was delivered yet');
    return cloud.actAs.resend(chosen.id);
  });
  const last = (): string =>
    cloud.actAs.reloadApp(app(0), { status: 'FAILED', sendEvents: ['com.qlik.v1.reload.finished'] });
  return { failed, acts: shuffled(acts, random), repeats, last };

  function other(more: Readonly<Record<string, unknown>>): string {
    return event({ id: randomUUID(), tenantid: cloud.tenantId, ...more });
  }
}

function range<T>(length: number, make: (index: number) => T): T[] {
  return Array.from({ length }, (_, index) => make(index));
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** Numbers between 0 and 1 that are the same for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
