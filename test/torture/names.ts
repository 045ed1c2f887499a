import fc from 'fast-check';

const awkward = [
  `Bob's "best" figures`,
  'a/b\\c',
  '../../etc/passwd',
  'Umsätze 東京 🚚',
  '50% of R&D #1?',
  "') or (name eq '",
  '\u202Egnidaer',
  'Sales\tby\nday',
  '.',
  'CON',
  ' Sales ',
  '<b>Sales</b>',
  '{{appName}}',
  'x'.repeat(255),
  'é'.repeat(255),
];

/** Names of apps as people and attackers give them: 1 to 255 characters. */
export const appNames: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('Sales', 'Sales Overview', 'Figures') },
  { weight: 3, arbitrary: fc.constantFrom(...awkward) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter(isName) },
);

/** A name that begins like a staging app would be taken for one, by the checker too. */
function isName(text: string): boolean {
  return text.trim() !== '' && text.length <= 255 && !text.startsWith('~waybill/');
}
