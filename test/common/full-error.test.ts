import { describe, expect, it } from 'vitest';
import { waybillError } from '../../common/errors/catalogue.ts';
import { inFull } from '../../common/errors/waybill-error.ts';

describe('an error told in full', () => {
  it('says what happened and what to do, in sentences', () => {
    const { message, remedy } = waybillError('WAYBILL_PROMOTION_NOT_WHOLE', {
      app: 'Sales',
      site: 'test',
      reasons: 'x',
    });

    expect(inFull({ message, remedy })).toBe(`${message} ${remedy}`);
  });

  it.each([
    ['Site test refused it: Forbidden', 'Site test refused it: Forbidden. Ask the administrator.'],
    ['Is it "Sales"?', 'Is it "Sales"? Ask the administrator.'],
    ['The site said "No."', 'The site said "No." Ask the administrator.'],
    ['It ended so: ', 'It ended so: Ask the administrator.'],
  ])('ends a message that ends in the words of a site: %s', (message, told) => {
    expect(inFull({ message, remedy: 'Ask the administrator.' })).toBe(told);
  });

  it('is the message alone where nothing is to be done', () => {
    expect(inFull({ message: 'It is late', remedy: '' })).toBe('It is late');
  });
});
