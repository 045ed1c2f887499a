import { stepText } from '../../rules/setup/step-text.ts';
import type { SetupPlan, SetupStep } from '../../rules/setup/setup-step.ts';
import type { UndoItem } from '../../rules/setup/plan-undo.ts';
import type { LedgerlessCli } from './cli-context.ts';
import { plain } from '../../views/plain.ts';

/** What a run of `waybill init` would do, as it is shown before anybody says yes. */
export interface ShownPlan extends SetupPlan {
  readonly source: string;
  readonly configFile: string;
  /** Lines of the configuration that differ, marked. */
  readonly lines: readonly string[];
  /** No configuration stands there yet. */
  readonly isNew: boolean;
}

type Painted = Pick<LedgerlessCli, 'paint'>;

/** The plan for people: every thing that is made or changed, security rules in full; then what stays. */
export function planText(cli: Painted, plan: ShownPlan): string {
  const { source, steps, ruleSteps, kept, remarks, configFile, lines, isNew } = plan;
  const rules = 'Security rules, a step of its own that can be declined and taken back';
  return [
    ...section(cli, `At ${source}`, stepLines(steps, 1)),
    ...section(cli, `At ${source}: ${rules}`, stepLines(ruleSteps, steps.length + 1)),
    ...section(
      cli,
      `${isNew ? 'The new file' : 'In'} ${configFile}`,
      lines.map((line) => `  ${plainIndented(line)}`),
    ),
    ...section(
      cli,
      `At ${source}, this is there and stays as it is`,
      kept.map((one) => `  ${plain(one)}`),
    ),
    ...section(
      cli,
      'To know',
      remarks.map((one) => `  ${plain(one)}`),
    ),
  ].join('\n');
}

/** What an undo would take back, and what stays and why. */
export function undoText(cli: Painted, source: string, items: readonly UndoItem[]): string {
  const back = items.filter((item) => item.back !== undefined);
  const kept = items.filter((item) => item.why !== undefined);
  return [
    ...section(cli, `At ${source}, this is taken back`, back.map(undoLine)),
    ...section(
      cli,
      `At ${source}, this stays`,
      kept.map((item) => `  ${nameOf(item.done.step)}: ${plain(item.why ?? '')}`),
    ),
  ].join('\n');
}

function section({ paint }: Painted, title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [paint.bold(`${title}:`), ...lines, ''];
}

function stepLines(steps: readonly SetupStep[], from: number): string[] {
  return steps.flatMap((step, index) => {
    const { title, lines } = stepText(step);
    return [`  ${from + index}. ${capital(plain(title))}`, ...lines.map((line) => `       ${plainIndented(line)}`)];
  });
}

function undoLine({ done, back }: UndoItem): string {
  const what = nameOf(done.step);
  switch (back?.undo) {
    case 'enable-rule':
      return `  Enable the ${what} again`;
    case 'shorten-property':
      return `  Take off the ${what}: ${[...back.choiceValues, ...back.objectTypes].map((one) => `"${plain(one)}"`).join(', ')}`;
    default:
      return `  Delete the ${what}`;
  }
}

function nameOf({ do: kind, name }: SetupStep): string {
  if (kind === 'create-tag') return `tag ${plain(name)}`;
  const isRule = kind === 'create-rule' || kind === 'disable-rule';
  return `${isRule ? 'security rule' : 'custom property'} ${plain(name)}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** As `plain`, with the blanks before the text. */
function plainIndented(line: string): string {
  const [blanks = ''] = /^ */.exec(line) ?? [];
  return blanks + plain(line);
}
