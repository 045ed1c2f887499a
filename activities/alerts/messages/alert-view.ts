import type { CutLines } from './cut-lines.ts';
import type { Button } from './tenant-links.ts';

/** What a built-in message says, before any service's form is given to it. All texts are plain, none is escaped. */
export interface AlertView {
  readonly title: string;
  /** The message in one line: a subject, a notification. */
  readonly summary: string;
  readonly groups: readonly (readonly Fact[])[];
  /** What Qlik said went wrong, of one or many lines; undefined where it said nothing. */
  readonly error?: Fact;
  readonly entries: readonly Entry[];
  /** What is missing and what else is to be said, a sentence each. */
  readonly notes: readonly string[];
  readonly logs: readonly ShownLogPart[];
  readonly buttons: readonly Button[];
}

/** A fact by its name; one without a value is not in a view. */
export interface Fact {
  readonly label: string;
  readonly value: string;
}

/** One app of a digest. */
export interface Entry {
  readonly title: string;
  readonly url: string;
  readonly lines: readonly string[];
}

/** A part of a log under a heading and a sentence about it. */
export interface ShownLogPart {
  readonly heading: string;
  readonly intro: string;
  readonly lines: CutLines['lines'];
}
