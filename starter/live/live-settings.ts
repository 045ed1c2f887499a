import type { WaybillError } from '../../common/errors/waybill-error.ts';
import type { Logger } from '../../common/logger.ts';
import { fingerprintOf, readConfigText, type Settings } from '../../config/load.ts';
import { partSettings } from '../../config/live/part-settings.ts';
import type { ProcessName } from '../../config/live/restart-settings.ts';
import { touches } from '../../config/live/setting-pattern.ts';
import { type Transition, transitionOf, type WaitingSetting } from '../../config/live/take-over.ts';
import { pathText, problemLine } from '../../config/problem.ts';
import type { Config } from '../../config/types.ts';

/** A part of a running process that can go on with other settings. */
export interface LivePart {
  readonly kind: keyof typeof partSettings;
  /** All or nothing; what throws has changed nothing. Safe to repeat. */
  takeOver(config: Config): Promise<void>;
}

/** What a process can tell of its settings. */
export interface SettingsState {
  readonly settings: Settings;
  /** Settings of the file that count after a restart only. */
  readonly waiting: readonly WaitingSetting[];
  /** Why the content that stands in the file is not taken over; one line each. */
  readonly problems: readonly string[];
}

export interface LiveSettingsOptions {
  readonly settings: Settings;
  readonly process: ProcessName;
  /** In the order in which they go on with new settings. */
  readonly parts: readonly LivePart[];
  readonly environment: NodeJS.ProcessEnv;
  readonly logger: Logger;
  readonly onChange: (state: SettingsState) => void;
}

/**
 * The settings of a running process. A content of the file is taken over when nothing is wrong with it: what is wrong is
 * told once, and the settings in force stay as they are.
 */
export class LiveSettings {
  readonly #options: LiveSettingsOptions;
  #state: SettingsState;

  constructor(options: LiveSettingsOptions) {
    this.#options = options;
    this.#state = { settings: options.settings, waiting: [], problems: [] };
  }

  get state(): SettingsState {
    return this.#state;
  }

  /** True when there is nothing more to do about this content; false when it is to be tried again. */
  async take(text: string): Promise<boolean> {
    const { environment, process, logger } = this.#options;
    const { file } = this.#state.settings;
    const { config, parsed, problems } = readConfigText(text, file, environment);
    if (!config || !parsed) {
      this.#refuse(problems.map((problem) => problemLine(problem).trim()));
      return true;
    }
    const wanted = { file, fingerprint: fingerprintOf(text), config, parsed };
    const transition = transitionOf(this.#state.settings, wanted, process);
    if (transition.conflicts.length > 0) {
      this.#refuse(conflictLines(transition));
      return true;
    }
    try {
      await this.#hand(transition);
    } catch (error) {
      const [reason] = (error as Error).message.split('\n');
      if (this.#change({ problems: [`It cannot be taken over now: ${reason}`] }))
        logger.warn({ file, reason }, 'The changed configuration cannot be taken over now; it is tried again');
      return false;
    }
    this.#accept(transition);
    return true;
  }

  #refuse(problems: readonly string[]): void {
    const { logger } = this.#options;
    const { file } = this.#state.settings;
    this.#change({ problems });
    logger.warn(
      { file, problems },
      'The changed configuration is not taken over, for something is wrong with it; the settings before stay in force',
    );
  }

  /** Tells that the file cannot be read; what is in force stays so. */
  unreadable({ message }: WaybillError): void {
    const { file } = this.#state.settings;
    this.#change({ problems: [message] });
    this.#options.logger.warn(
      { file, reason: message },
      'The configuration cannot be read; the settings stay in force',
    );
  }

  /** Hands the new settings to the parts that use them; where one cannot, those before it go back. */
  async #hand({ taken, settings }: Transition): Promise<void> {
    const { parts } = this.#options;
    const concerned = parts.filter(({ kind }) =>
      taken.some((path) => partSettings[kind].some((pattern) => touches(path, pattern))),
    );
    const done: LivePart[] = [];
    try {
      for (const part of concerned) {
        await part.takeOver(settings.config);
        done.unshift(part);
      }
    } catch (error) {
      for (const part of done) await this.#giveBack(part);
      throw error;
    }
  }

  async #giveBack(part: LivePart): Promise<void> {
    const { logger } = this.#options;
    await part.takeOver(this.#state.settings.config).catch((err: unknown) => {
      logger.error({ part: part.kind, err }, 'A part of the process runs with settings that the others do not have');
    });
  }

  #accept({ settings, taken, waiting }: Transition): void {
    const { logger, process } = this.#options;
    const { file } = settings;
    this.#change({ settings, waiting, problems: [] });
    const changed = taken.map(pathText);
    if (changed.length > 0) logger.info({ file, changed }, 'Changed settings were taken over');
    else if (waiting.length === 0) logger.info({ file }, 'The configuration was written anew and says the same');
    if (waiting.length > 0)
      logger.warn(
        { file, waiting: waitingLines(waiting) },
        `Settings that wait for a restart of \`waybill ${process}\` keep their values until then`,
      );
  }

  /** Whether anything is to be told. */
  #change(news: Partial<SettingsState>): boolean {
    const before = this.#state;
    this.#state = { ...before, ...news };
    if (JSON.stringify(before.problems) === JSON.stringify(this.#state.problems) && !news.settings) return false;
    this.#options.onChange(this.#state);
    return true;
  }
}

/** One line a setting: which, and why it waits. */
export function waitingLines(waiting: readonly WaitingSetting[]): string[] {
  return waiting.map(({ setting, why }) => `${setting} needs a restart, ${why}`);
}

function conflictLines({ conflicts, waiting }: Transition): string[] {
  const held = waiting.map(({ setting }) => setting).join(', ');
  const lines = conflicts.map(({ path, wrong, right }) => `${pathText(path)}: ${wrong}; ${right}`);
  return [...lines, `This is so as long as what needs a restart keeps its value: ${held}`];
}
