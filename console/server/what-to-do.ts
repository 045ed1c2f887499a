import type { WaybillError } from '../../common/errors/waybill-error.ts';

/** What to do in the console, where the error's own remedy names a command: its readers have no command line. */
const here: Readonly<Record<string, string>> = {
  WAYBILL_CLI_NOT_FOUND: 'Look for it among the promotions: by the name of the app, by a person or by a day.',
  WAYBILL_CLI_NOTHING_WAITS:
    'Look in the inbox. An app waits once it is published to a stream, or once its promotion properties are set.',
  WAYBILL_CLI_NO_WORKER:
    'Nothing is lost. Ask an administrator whether the worker is running, look at the page of the promotion whether the order arrived after all, and send it again if not.',
  WAYBILL_CLI_NO_ANSWER: 'Look at the page of the promotion what became of it: the site may not be reachable just now.',
  WAYBILL_CLI_NOT_RUNNING: 'Look at the page of the promotion: it may have ended, or gone on, meanwhile.',
  WAYBILL_CLI_WHICH_TARGET: 'Use the button beside the target that is meant.',
  WAYBILL_DECISION_REFUSED: 'Look at the app again, and decide again if it still waits.',
  WAYBILL_DECISION_NOT_ALLOWED: 'Have it decided by somebody who may approve in this stream, or ask an administrator.',
  WAYBILL_DECISION_NOT_POSSIBLE: 'Look in the inbox for what waits. An app waits once it is published to a stream.',
  WAYBILL_SITE_PAUSED_WITH_ALL: 'Resume all sites, and pause those that are to wait by themselves.',
};

/** What a reader of a page can do about an error. */
export function whatToDo({ code, remedy }: WaybillError): string {
  return here[code] ?? remedy;
}
