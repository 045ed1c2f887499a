import type {
  DecideRequest,
  Decider,
  DecisionVerdict,
  DeliveryState,
  PromotionState,
  ResolveAction,
  TargetChoice,
  Trouble,
} from '../workflows/contract.ts';
import type { MailFacts, Recipients } from './mail/mail-kinds.ts';
import type { Pace } from './pace.ts';

/** One app on its source site, as every step of a promotion names it. */
export interface AppKey {
  readonly site: string;
  readonly appId: string;
}

export interface AppSummary {
  readonly name: string;
  /** `DIR\user`. */
  readonly owner: string;
  readonly streamName?: string;
}

/** A decision as recorded in the ledger: over which content, by whom, for which targets. */
export interface DecisionRecord extends AppKey {
  readonly promotionKey: string;
  readonly decisionId: string;
  readonly verdict: DecisionVerdict;
  readonly app: AppSummary;
  readonly by: Decider;
  readonly decidedAtUtc: string;
  readonly note?: string;
  readonly targets: readonly TargetChoice[];
  readonly revisionKey: string;
  /** As the source site showed it; 0 and undefined: it did not. */
  readonly sizeBytes?: number;
  readonly cleanUp: 'unpublish' | 'strip' | 'nothing';
  readonly version: 'off' | 'wanted' | 'required';
  /** Property rows this decision consumes, by definition name and value. */
  readonly consumed: readonly { readonly name: string; readonly value: string }[];
  /** False for promote on reload: only failures are mailed. */
  readonly tellsOwner: boolean;
}

/** What an app's state asks for now, already claimed and recorded where it is a decision. */
export interface Assessment {
  readonly pace: Pace;
  readonly app?: AppSummary;
  /** What is in the way of a decision, in words. */
  readonly problems: readonly string[];
  /** Mails that this look brought up: a publish, a problem that is new, a decision. */
  readonly mails: readonly OutgoingMail[];
  readonly next: NextStep;
}

export type NextStep =
  | { readonly kind: 'end'; readonly why: string; readonly state: PromotionState }
  | {
      readonly kind: 'wait';
      readonly sinceUtc: string;
      /** Milliseconds from now; undefined is never. */
      readonly remindInMs?: number;
      readonly expireInMs?: number;
    }
  | { readonly kind: 'set-tag'; readonly present: boolean }
  | { readonly kind: 'act'; readonly decision: DecisionRecord };

/** What came while a promotion was delivering. */
export type LaterNews =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'added'; readonly decision: DecisionRecord }
  | { readonly kind: 'newer' }
  /** Asked for over content that the running promotion does not carry: looked at when it is over. */
  | { readonly kind: 'later' }
  | { readonly kind: 'too-late'; readonly mails: readonly OutgoingMail[] };

/** A mail to send beside the work. */
export interface OutgoingMail {
  /** With `key`, the mail's identity: workflow id and Message-ID. The site and app, before there is a decision. */
  readonly promotionKey: string;
  readonly key: string;
  readonly mail: MailFacts;
  readonly recipients: Recipients;
}

export interface Artifact {
  readonly sha256: string;
  /** The store it was written to; a worker that sees another one says so. */
  readonly storeId: string;
  readonly sizeBytes: number;
  /**
   * The source site shows the app with exactly this size, so that sizes of apps can be held against it. Whether every
   * site shows the size of the file is not known (QRS facts, section 5).
   */
  readonly sizeComparable: boolean;
  readonly objects: readonly { readonly type: string; readonly count: number }[];
}

/** The exported app, as the targets want it. */
export interface Artifacts {
  readonly withData?: Artifact;
  readonly withoutData?: Artifact;
}

export type ExportOutcome =
  | { readonly outcome: 'exported'; readonly artifact: Artifact }
  /** Every delivery has ended already, in a run that Temporal or the ledger had lost. */
  | { readonly outcome: 'not-needed' }
  /** The content is newer than the decision: it has to be approved again. */
  | { readonly outcome: 'changed'; readonly mails: readonly OutgoingMail[] };

export interface KeptVersion {
  readonly versionId: string;
  readonly key: string;
}

export type VersionOutcome =
  | { readonly outcome: 'kept'; readonly version: KeptVersion }
  | { readonly outcome: 'changed'; readonly mails: readonly OutgoingMail[] }
  | { readonly outcome: 'failed'; readonly why: string };

export type CleanUpOutcome =
  | { readonly outcome: 'done'; readonly copyAppId?: string }
  /** Somebody changed the app or asked for more since: everything stays as it is. */
  | { readonly outcome: 'kept'; readonly why: string };

/** The copy for the owner is there, but only its file can prove that it holds what the published app holds. */
export interface UnprovenCopy {
  readonly outcome: 'unproven';
  readonly copyAppId: string;
}

export interface DeliveryOutcome {
  readonly site: string;
  readonly state: Extract<DeliveryState, 'verified' | 'skipped' | 'aborted' | 'superseded'>;
  readonly items: readonly DeliveredItem[];
  readonly missingStreams: readonly string[];
  readonly warnings: readonly string[];
  readonly why?: string;
  /** Streams that got nothing because the delivery was given up. */
  readonly undelivered?: readonly string[];
}

export interface DeliveredItem {
  readonly action: 'published' | 'replaced';
  readonly streamName: string;
  readonly appId: string;
  readonly verified: boolean;
}

export interface CloseInput {
  readonly decisions: readonly DecisionRecord[];
  readonly state: PromotionState;
  readonly deliveries: readonly DeliveryOutcome[];
  readonly version?: KeptVersion;
  /** Why no version could be kept, where one was wanted. */
  readonly versionFailure?: string;
  readonly cleanUp?: CleanUpOutcome;
  readonly why?: string;
}

export interface TroubleReport {
  readonly promotionKey: string;
  /** The site whose fault it is; one mail a site, not one a promotion. */
  readonly site: string;
  readonly app: AppSummary;
  readonly appKey: AppKey;
  readonly target?: string;
  readonly workflowId: string;
  /** Undefined: the trouble is over. */
  readonly trouble?: Trouble;
}

/** Steps of a promotion that touch its source site; run on the site's own queues. */
export interface SourceActivities {
  assess(input: AppKey): Promise<Assessment>;
  newsWhileDelivering(input: { decision: DecisionRecord; knownKeys: readonly string[] }): Promise<LaterNews>;
  recordOutsideDecision(input: AppKey & { request: DecideRequest }): Promise<{ promotionKey: string }>;
  setTag(input: AppKey & { present: boolean }): Promise<void>;
  unpublish(input: DecisionRecord): Promise<CleanUpOutcome | UnprovenCopy>;
  stripProperties(input: DecisionRecord): Promise<CleanUpOutcome>;
}

/** Transfers from the source site; few at a time. */
export interface SourceBulkActivities {
  exportApp(input: DecisionRecord & { withData: boolean }): Promise<ExportOutcome>;
  keepVersion(input: DecisionRecord): Promise<VersionOutcome>;
  compareCopy(input: { decision: DecisionRecord; copyAppId: string }): Promise<void>;
}

/** Steps that need no site: ledger and mail. */
/** An operator's order and the step it was carried out on. */
export interface CarriedOutOrder {
  readonly promotionKey: string;
  /** Where the step was to be done. */
  readonly site: string;
  readonly appId: string;
  readonly step: string;
  readonly action: ResolveAction;
  readonly by: Decider;
  readonly note?: string;
  readonly atUtc: string;
}

export interface RecordActivities {
  closePromotion(input: CloseInput): Promise<readonly OutgoingMail[]>;
  reportTrouble(input: TroubleReport): Promise<{ mails: readonly OutgoingMail[]; pace: Pace }>;
  recordOrder(input: CarriedOutOrder): Promise<void>;
  remind(input: AppKey): Promise<{ mails: readonly OutgoingMail[]; remindInMs?: number }>;
  expireWait(input: AppKey): Promise<readonly OutgoingMail[]>;
  /** Starts the watch of each site that has none, and sends mails that no workflow has in hand any more. */
  ensureWatches(input: { sites: readonly string[] }): Promise<void>;
}
