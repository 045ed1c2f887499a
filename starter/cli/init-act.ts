import path from 'node:path';
import { isWaybillError } from '../../common/errors/waybill-error.ts';
import type { SetupStep } from '../../rules/setup/setup-step.ts';
import { doneText } from '../../rules/setup/step-text.ts';
import { askYes } from './ask-yes.ts';
import type { InitPlan, InitReport, InitRun } from './init-run.ts';
import { planText } from './init-text.ts';

/**
 * Shows what is to be done and, after a yes, does it: the source first, the configuration last. Safe to repeat.
 * @throws WAYBILL_SETUP_…, WAYBILL_CLI_NOT_CONFIRMED, and what a write throws
 */
export async function actOn(run: InitRun, wanted: InitPlan): Promise<void> {
  const { printer, asked, file, standing } = run;
  const { source, plan, text } = wanted;
  const { differingLines } = await import('../../setup/config-file.ts');
  const lines = differingLines(standing?.text ?? '', text);
  const count = plan.steps.length + plan.ruleSteps.length;
  if (!printer.json) {
    printer.print(planText(printer, { ...plan, source, lines, configFile: path.basename(file), isNew: !standing }));
  }
  const isDone = count === 0 && lines.length === 0;
  const { dryRun = false } = asked.options;
  const done = isDone || dryRun ? [] : await carryOut(run, wanted, lines.length > 0);
  const became = lines.length > 0 && !dryRun ? 'written' : 'unchanged';
  if (printer.json) {
    const { findings } = wanted;
    const report: InitReport = { source, dryRun, findings, plan, done, configuration: { file, lines, became } };
    printer.printJson(report);
    return;
  }
  if (dryRun) printer.print('Nothing was changed: it was a dry run.');
  else if (isDone) printer.print(`Everything is in place at ${source} and in ${file}; nothing was changed.`);
  else printer.print(nextSteps(run, wanted));
}

async function carryOut(run: InitRun, { source, setup, plan, text }: InitPlan, writes: boolean): Promise<SetupStep[]> {
  const { printer, asked, file, standing } = run;
  const { yes = false } = asked.options;
  const parts = [...(plan.steps.length > 0 ? [`Do this at ${source}`] : []), ...(writes ? [`write ${file}`] : [])];
  if (parts.length > 0) await askYes(capital(`${parts.join(', and ')}?`), yes);
  const withRules = plan.ruleSteps.length > 0 && (await wantsRules(source, yes, parts.length > 0));
  const done: SetupStep[] = [];
  const tell = (step: SetupStep): void => {
    done.push(step);
    printer.remark(`  ✓ ${doneText(step)}`);
  };
  try {
    await setup.carryOut([...plan.steps, ...(withRules ? plan.ruleSteps : [])], tell);
  } catch (error) {
    const { file: record } = setup.book;
    printer.remark(
      `It stopped there. What was done so far stands in ${record}: run the same command again to go on, or \`waybill init --undo\` to take it back.`,
    );
    throw error;
  }
  if (writes) {
    const { hashOf, writeConfig } = await import('../../setup/config-file.ts');
    const { book } = setup;
    const isOurs = !standing || book.record.configuration?.sha256 === hashOf(standing.text);
    await writeConfig(file, standing?.text, text);
    if (isOurs) await book.noteConfiguration(hashOf(text));
    printer.remark(`  ✓ wrote ${file}`);
  }
  return done;
}

/** Who declines the rules alone has the rest done; who is asked about nothing else has said no to all. */
async function wantsRules(source: string, yes: boolean, hasOther: boolean): Promise<boolean> {
  try {
    await askYes(`Make and disable the security rules at ${source} as shown?`, yes);
    return true;
  } catch (error) {
    if (hasOther && isWaybillError(error) && error.code === 'WAYBILL_CLI_NOT_CONFIRMED') return false;
    throw error;
  }
}

function nextSteps({ file, asked }: InitRun, { source }: InitPlan): string {
  const config = asked.options.config === undefined ? '' : ` --config ${file}`;
  return [
    '',
    `${source} is set up. What was made there can be taken back with \`waybill init --undo\`.`,
    'Next:',
    `  waybill up${config}`,
    '      runs Waybill; leave it running',
    `  waybill doctor${config}`,
    '      in a second window: does everything work, and what is to be done?',
    `  waybill list --waiting${config}`,
    `      after somebody published an app to a stream of ${source}: it waits there for an approval`,
  ].join('\n');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
