import type { FailedReload } from '../../../rules/alerts/failed-reload.ts';

/** What a message tells: one failed reload, those that a rate limit held back, or an app that reloads again. */
export type Alert = FailedAlert | DigestAlert | RecoveredAlert;

export interface FailedAlert {
  readonly kind: 'failed';
  readonly reload: FailedReload;
}

export interface DigestAlert {
  readonly kind: 'digest';
  readonly reloads: readonly FailedReload[];
  /** How many failures were held back; more than `reloads` where not all of them were kept. */
  readonly heldBack: number;
  readonly fromUtc: string;
  readonly toUtc: string;
}

export interface RecoveredAlert {
  readonly kind: 'recovered';
  /** The reload that succeeded. */
  readonly reloadId: string;
  readonly atUtc: string;
  /** How many reloads of the app had failed in a row before it. */
  readonly failures: number;
  readonly failingSinceUtc?: string;
  readonly lastFailure: FailedReload;
}

/** The tenant as configured. */
export interface AlertTenant {
  readonly id: string;
  readonly url: string;
  readonly comment?: string;
  /** Undefined: messages have no button for the management console. */
  readonly qmcUrl?: string;
  /** Undefined: the hub is at `url`. */
  readonly hubUrl?: string;
  readonly links: readonly AlertLink[];
}

/** A link of one's own that messages show as a button. */
export interface AlertLink {
  readonly id?: string;
  readonly linkText: string;
  readonly url: string;
  readonly comment?: string;
}

/** Times are shown in `zone` (IANA; UTC where this machine does not know it). */
export interface ContextOptions {
  readonly zone: string;
  /** How many lines of the script log are shown; 0 shows none. */
  readonly headLines: number;
  readonly tailLines: number;
}

/** A template and what to call it in errors: its file, or the setting that holds it. */
export interface TemplateSource {
  readonly name: string;
  readonly text: string;
}

export interface MessageOptions extends ContextOptions {
  readonly style: 'formatted' | 'basic';
  /** The text of a basic message; undefined: Waybill's own. */
  readonly basicMsgTemplate?: TemplateSource;
  /** A formatted message of the user's; undefined: Waybill's own. */
  readonly template?: TemplateSource;
}
