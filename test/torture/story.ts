import type { FaultRule } from '../../sandbox/qrs/faults.ts';
import type { DeliveryFaults } from '../../sandbox/qrs/callback-sender.ts';
import type { QrsSwitches } from '../../sandbox/qrs/switches.ts';
import type { S3FaultRule } from '../../sandbox/s3/s3-faults.ts';
import type { ResolveAction } from '../../workflows/contract.ts';

/** One run, as data: who does what, what goes wrong, what is killed. The same story can be played again. */
export interface Story {
  readonly setting: Setting;
  /** Apps of `dev` that are published before the first move. */
  readonly apps: readonly StoryApp[];
  /** Apps that stand published at targets before the first move, for an Overwrite to find. */
  readonly standing: readonly StandingAtTarget[];
  /** How the sites behave where nobody knows how a real one does; each with the sites' other settings at default. */
  readonly switches: readonly (readonly [name: keyof QrsSwitches, value: unknown])[];
  /** How far the clocks of sites are off, in milliseconds. */
  readonly clocks: readonly { readonly site: SiteName; readonly ms: number }[];
  readonly moves: readonly Move[];
}

export type SiteName = 'dev' | 'test' | 'prod';
export type TargetName = Exclude<SiteName, 'dev'>;
export type Person = 'rep' | 'manager' | 'other';

/** How Waybill is configured and run. */
export interface Setting {
  readonly unpublish: 'byProperty' | 'always' | 'never';
  readonly whenChanged: 'reapprove' | 'promoteLatest';
  readonly dataCounts: boolean;
  readonly reload: boolean;
  readonly data: 'carry' | 'withoutData' | 'reloadAfter';
  readonly whenSeveral: 'stop' | 'all';
  readonly versions: 'off' | 'wanted' | 'required';
  /** Setting `verify.content`. */
  readonly content: 'warn' | 'off' | 'block';
  readonly watch: 'poll' | 'callback';
  /** Waybill and Temporal as processes of their own, so that a kill is `kill -9`; else a worker is restarted in process. */
  readonly processes: boolean;
  /** What the operator does in the end with what still waits for him. */
  readonly lastOrder: 'abort' | 'skip';
}

export interface StoryApp {
  readonly name: string;
  readonly owner: Person;
}

export interface StandingAtTarget {
  readonly site: TargetName;
  /** Named as the app of this place in `apps`. */
  readonly app: number;
  readonly stream: 'Sales' | 'Finance';
}

/** When a move is made. */
export type Moment =
  | { readonly type: 'pause'; readonly ms: number }
  /** Waybill does nothing more of itself. */
  | { readonly type: 'quiet' }
  /** In the middle of the next call of that kind; see `stepBoundaries`. */
  | { readonly type: 'call'; readonly name: string };

export type Move = { readonly when: Moment } & Deed;

/** `app` is a place in the story's `apps`, counted round. */
export type Deed = UserDeed | OrderDeed | FaultDeed | KillDeed;

export interface ServerValue {
  readonly site: TargetName | 'nowhere';
  /** The word behind the dash; may be misspelt. */
  readonly word: string;
}

export interface RequestDeed {
  readonly deed: 'request';
  readonly app: number;
  readonly by: Person;
  /** Values of the approval property. */
  readonly approval: readonly string[];
  readonly servers: readonly ServerValue[];
  readonly streams: readonly string[];
  readonly unpublish: boolean;
  readonly version: boolean;
  readonly onReload: boolean;
}

export type UserDeed =
  | RequestDeed
  | { readonly deed: 'add-target'; readonly app: number; readonly by: Person; readonly server: ServerValue }
  | { readonly deed: 'take-away'; readonly app: number; readonly by: Person; readonly property: RequestProperty }
  | { readonly deed: 'edit'; readonly app: number; readonly part: 'title' | 'community-sheet' | 'script' | 'remove' }
  | { readonly deed: 'rename'; readonly app: number; readonly name: string }
  | { readonly deed: 'describe'; readonly app: number; readonly text: string }
  | { readonly deed: 'tag'; readonly app: number; readonly names: readonly string[] }
  | { readonly deed: 'reload'; readonly app: number; readonly newData: boolean; readonly fails: boolean }
  | { readonly deed: 'change-owner'; readonly app: number; readonly owner: Person }
  | { readonly deed: 'delete'; readonly app: number }
  /** Of the copy that its owner got back; of an app that stands published: nothing. */
  | { readonly deed: 'publish'; readonly app: number }
  | {
      readonly deed: 'at-target';
      readonly site: TargetName;
      readonly app: number;
      readonly what: 'delete' | 'rename' | 'edit' | 'add-twin';
    };

export type RequestProperty = 'PromotionApproval' | 'PromoteToServer' | 'PromoteToStream' | 'PromotionUnpublish';

export type OrderDeed =
  /** As `waybill approve` and `waybill deny` send it. */
  | {
      readonly deed: 'decide';
      readonly app: number;
      readonly verdict: 'approve' | 'deny';
      readonly site: TargetName;
      readonly mode: 'overwrite' | 'duplicate';
      readonly streams: readonly string[];
    }
  /** As `waybill retry`, `skip` and `abort` send it, to whatever waits for an operator longest. */
  | { readonly deed: 'order'; readonly action: ResolveAction }
  /** As `waybill pause` and `waybill resume` do it, of one site or all. */
  | { readonly deed: 'pause' | 'resume'; readonly site: SiteName | 'all' };

export type FaultDeed =
  | { readonly deed: 'fault'; readonly site: SiteName; readonly rule: FaultRule }
  | { readonly deed: 'restart-repository'; readonly site: SiteName; readonly downMs: number }
  | { readonly deed: 'callbacks'; readonly faults: Partial<DeliveryFaults> }
  | {
      readonly deed: 'mail';
      readonly trouble: 'greylist' | 'reject' | 'hang' | 'lose-reply' | 'refuse';
      readonly times: number;
    }
  | { readonly deed: 'store'; readonly rule: S3FaultRule }
  | { readonly deed: 'mend' };

export type ProcessName = 'worker' | 'listener' | 'temporal';
export interface KillDeed {
  readonly deed: 'kill';
  readonly process: ProcessName;
}
