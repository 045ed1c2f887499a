import { oneLine } from './clean-text.ts';
import type { MailDecisionProblem } from './mail-kinds.ts';
import type { MailSource } from './mail-settings.ts';
import { streamName } from './view-parts.ts';

/** One thing that keeps a decision from being carried out, and how to mend it. */
export interface ProblemView {
  readonly what: string;
  readonly remedy: string;
}

const defaultProperties = { server: 'PromoteToServer', stream: 'PromoteToStream', approval: 'PromotionApproval' };

/** The words for a problem, with the property names of the source site. `site` gives a target's label. */
export function problemView(
  problem: MailDecisionProblem,
  source: MailSource | undefined,
  site: (alias: string) => string,
): ProblemView {
  const { server, stream, approval } = source?.properties ?? defaultProperties;
  switch (problem.problem) {
    case 'conflict':
      return {
        what: `${approval} holds values that contradict each other: ${list(problem.values)}.`,
        remedy: `Leave one value in ${approval}.`,
      };
    case 'unknown-alias':
      return {
        what: `${server} names a target that Waybill does not know: ${list([problem.value])}.`,
        remedy: `Choose one of the known targets (${list(problem.known)}) or have an administrator add it to the settings.`,
      };
    case 'missing-mode':
      return {
        what: `The value ${list([problem.value])} of ${server} does not say whether to overwrite or to duplicate.`,
        remedy: `Choose a value that ends with "- Overwrite" or "- Duplicate".`,
      };
    case 'missing-target':
      return { what: `${server} is empty: no target is chosen.`, remedy: `Choose at least one value of ${server}.` };
    case 'missing-stream':
      return { what: `${stream} is empty: no stream is chosen.`, remedy: `Choose at least one value of ${stream}.` };
    case 'stream-not-found':
    case 'ambiguous-stream':
      return streamProblem(problem, site(problem.site), stream);
    case 'not-allowed':
      return {
        what: `${oneLine(problem.account)} may not decide this: ${oneLine(problem.why)}`,
        remedy: 'Ask somebody who may approve for this stream and target to decide.',
      };
    default:
      return { what: oneLine(problem.what), remedy: oneLine(problem.remedy) };
  }
}

function streamProblem(
  problem: Extract<MailDecisionProblem, { problem: 'stream-not-found' | 'ambiguous-stream' }>,
  site: string,
  property: string,
): ProblemView {
  const stream = streamName(problem.stream);
  return problem.problem === 'stream-not-found'
    ? {
        what: `The stream '${stream}' does not exist on ${site}.`,
        remedy: `Create the stream on ${site}, or choose another value of ${property}.`,
      }
    : {
        what: `${problem.count} streams on ${site} are named '${stream}'.`,
        remedy: `Rename all but one of them on ${site}, or choose another value of ${property}.`,
      };
}

function list(values: readonly string[]): string {
  return values.length === 0 ? 'none' : values.map((value) => `"${oneLine(value)}"`).join(', ');
}
