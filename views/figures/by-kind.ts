import { counted, filterOf, type ReadFigure } from './figure.ts';

/** What steps waited for, the most frequent first. */
export const failuresByCause: ReadFigure = async (ledger, ask) => {
  const found = await ledger.failureCauses(filterOf(ask));
  const all = found.reduce((sum, { times }) => sum + times, 0);
  const [first] = found;
  return {
    summary: first
      ? `A step was held up ${counted(all, 'time')}, most often by "${causeWords(first.code)}" (${first.times}).`
      : 'No step was held up in this time.',
    heads: ['Cause', 'Times', 'Promotions', 'Code'],
    rows: found.map(({ code, times, promotions }) => [causeWords(code), times, promotions, code]),
  };
};

/** Mails that were sent, by what they tell. */
export const mailsByKind: ReadFigure = async (ledger, ask) => {
  const found = await ledger.mailsSent(filterOf(ask));
  const all = found.reduce((sum, { count }) => sum + count, 0);
  const { site, stream, owner } = ask.narrowed;
  const isNarrowed = site !== undefined || stream !== undefined || owner !== undefined;
  return {
    summary: `${all === 0 ? 'No mail was' : `${counted(all, 'mail')} ${all === 1 ? 'was' : 'were'}`} sent in this time${
      isNarrowed ? '; mails from before a decision are not counted here' : ''
    }.`,
    heads: ['Kind', 'Mails'],
    rows: found.map(({ kind, count }) => [kindWords(kind), count]),
  };
};

/** Who brings what where: deliveries by owner, stream and target. */
export const flowToTargets: ReadFigure = async (ledger, ask) => {
  const found = await ledger.flows(filterOf(ask));
  const all = found.reduce((sum, { count }) => sum + count, 0);
  const owners = new Set(found.map(({ owner }) => owner));
  const targets = new Set(found.map(({ target }) => target));
  return {
    summary:
      all === 0
        ? 'Nothing was delivered in this time.'
        : `${all} ${all === 1 ? 'delivery' : 'deliveries'} from ${counted(owners.size, 'owner')} to ${counted(targets.size, 'target')}.`,
    heads: ['Owner', 'Stream', 'Target', 'Deliveries'],
    rows: found.map(({ owner, stream, target, count }) => [
      owner,
      stream ?? 'no stream known',
      ask.siteName(target),
      count,
    ]),
  };
};

/** `WAYBILL_QRS_UNREACHABLE` as words. */
function causeWords(code: string): string {
  const words = code
    .replace(/^WAYBILL_/, '')
    .toLowerCase()
    .replaceAll('_', ' ');
  return words.replace(/\b(qrs|s3|tls|id)\b/g, (name) => name.toUpperCase());
}

/** `publishAlert` as words. */
function kindWords(kind: string): string {
  return kind.replaceAll(/(?<=[a-z])[A-Z]|[-_.]/g, (found) => ` ${found.replace(/[-_.]/, '').toLowerCase()}`);
}
