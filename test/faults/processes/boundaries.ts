import type { FaultRule } from '../../../sandbox/qrs/faults.ts';
import { APP } from '../../effects/effects.ts';

/** A moment of a promotion (Overwrite at test, Duplicate at prod, unpublish): a call to a site, held before or after its effect. */
export interface Boundary {
  readonly name: string;
  readonly site: 'dev' | 'test' | 'prod';
  readonly rule: Omit<FaultRule, 'effect'>;
}

interface Call {
  readonly name: string;
  readonly site: Boundary['site'];
  readonly method: string;
  readonly path: string | RegExp;
  /** Which of several such calls. */
  readonly nth?: number;
}

const LIST = /^\/qrs\/app\/full\?/;
const OBJECTS = /^\/qrs\/app\/object\/full\?/;
const UPLOAD = /^\/qrs\/app\/upload\?/;

/** The calls in the order in which a promotion makes them; each step of it begins or ends with one. */
const calls: readonly Call[] = [
  { name: 'the look of the watch', site: 'dev', method: 'GET', path: LIST },
  { name: 'the first look at the objects', site: 'dev', method: 'GET', path: OBJECTS },
  { name: 'the export', site: 'dev', method: 'POST', path: '/export/' },
  { name: 'the download', site: 'dev', method: 'GET', path: '/tempcontent/' },
  { name: 'the look after the export', site: 'dev', method: 'GET', path: OBJECTS, nth: 2 },
  { name: 'the plan of an overwrite', site: 'test', method: 'GET', path: LIST },
  { name: 'the upload to overwrite with', site: 'test', method: 'POST', path: UPLOAD },
  { name: 'the backup', site: 'test', method: 'POST', path: '/export/' },
  { name: 'the replace', site: 'test', method: 'PUT', path: '/replace' },
  { name: 'the setting back', site: 'test', method: 'PUT', path: APP },
  { name: 'the proof of the replace', site: 'test', method: 'GET', path: OBJECTS, nth: 2 },
  { name: 'the removal of the upload', site: 'test', method: 'DELETE', path: APP },
  { name: 'the upload to publish', site: 'prod', method: 'POST', path: UPLOAD },
  { name: 'the dressing', site: 'prod', method: 'PUT', path: APP },
  { name: 'the publish', site: 'prod', method: 'PUT', path: '/publish' },
  { name: 'the copy for the owner', site: 'dev', method: 'POST', path: '/copy' },
  { name: 'the dressing of the copy', site: 'dev', method: 'PUT', path: APP },
  { name: 'the deletion of the source', site: 'dev', method: 'DELETE', path: APP },
];

/** Every call, before and after its effect. */
export const stepBoundaries: readonly Boundary[] = calls.flatMap(({ name, site, method, path, nth = 1 }) =>
  (['before', 'after'] as const).map((when) => ({
    name: `${when} ${name}`,
    site,
    rule: { method, path, nth, when },
  })),
);

/** Half-way through a transfer of an app of `sizeBytes`. */
export function transferBoundaries(sizeBytes: number): Boundary[] {
  return [10, 50, 99].flatMap((percent): Boundary[] => {
    const bytes = Math.floor((sizeBytes * percent) / 100);
    const upload = { method: 'POST', path: UPLOAD, afterRequestBytes: bytes };
    return [
      { name: `at ${percent} % of the upload to overwrite with`, site: 'test', rule: upload },
      { name: `at ${percent} % of the upload to publish`, site: 'prod', rule: upload },
    ];
  });
}
