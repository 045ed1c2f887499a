import type { FieldValue, KindName } from './records.ts';

/** One own field of an entity type. Dates are given and answered as ISO text, kept as milliseconds. */
export interface Field {
  type: 'string' | 'date' | 'boolean' | 'integer' | 'guid' | 'strings' | 'objects' | 'object';
  initial: FieldValue;
  /** Part of the condensed shape, too. */
  condensed?: true;
  required?: true;
  minLength?: number;
  maxLength?: number;
  /** Clients cannot set it. */
  readonly?: true;
  /** Names of an enumeration's values, usable in filters. */
  enumNames?: readonly string[];
}

/** One reference to another entity. */
export interface Reference {
  kind: KindName;
  condensed?: true;
  required?: true;
}

/** An entity type: path, shape and rules ("QRS facts, section 5", and the swagger's definitions). */
export interface Kind {
  name: KindName;
  /** Under `/qrs/`. */
  path: string;
  /** As in notifications. */
  objectType: string;
  fields: Record<string, Field>;
  refs: Record<string, Reference>;
  hasTags: boolean;
  hasRows: boolean;
}

/** Text up to a length. */
export const text = (maxLength: number, initial: FieldValue = ''): Field => ({ type: 'string', initial, maxLength });
/** A required text with at least one character, part of the condensed shape. */
export const name = (maxLength: number): Field => ({
  type: 'string',
  initial: '',
  condensed: true,
  required: true,
  minLength: 1,
  maxLength,
});
/** True or false. */
export const flag = (initial: boolean): Field => ({ type: 'boolean', initial });
/** A list of texts. */
export const list: Field = { type: 'strings', initial: [] };
/** The owner. */
export const owner: Reference = { kind: 'User', required: true };
