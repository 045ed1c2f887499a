import type { ConsolePerson } from '../../ledger/console-people.ts';

interface Entry {
  readonly href: string;
  readonly label: string;
}

/** The pages that somebody may open, in the order in which they are wanted. */
export function navigation({ roles }: ConsolePerson): Entry[] {
  return [
    { href: '/', label: 'Inbox' },
    { href: '/promotions', label: 'Promotions' },
    { href: '/apps', label: 'Apps' },
    { href: '/sites', label: 'Sites' },
    { href: '/alerts', label: 'Alerts' },
    { href: '/overview', label: 'Overview' },
    { href: '/audit', label: 'Audit' },
    { href: '/pause', label: 'Pause' },
    ...(roles.admin
      ? [
          { href: '/people', label: 'People' },
          { href: '/settings', label: 'Settings' },
        ]
      : []),
  ];
}
