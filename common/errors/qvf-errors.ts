import type { ErrorEntry } from './waybill-error.ts';

const EXPORT_AGAIN =
  'Export the app again, and compare the size of the file with what the site announced. The app itself is not touched by this.';

export const qvfErrors = {
  WAYBILL_QVF_NOT_OPENED: {
    message: 'The app file {file} could not be opened: {reason}.',
    remedy: 'Check that the file is there, and that the account that runs Waybill may read it.',
    retryable: false,
  },
  WAYBILL_QVF_NOT_A_QVF: {
    message: '{file} is no Qlik Sense app file: {reason}.',
    remedy: 'Give a .qvf file as Qlik Sense exports it, neither packed nor opened and saved by another program.',
    retryable: false,
  },
  WAYBILL_QVF_TRUNCATED: {
    message: '{file} is cut off: {reason} (at byte {offset}). Nothing of it was used.',
    remedy: EXPORT_AGAIN,
    retryable: false,
  },
  WAYBILL_QVF_LINE_ENDS_CHANGED: {
    message:
      '{file} is damaged as by a program that took it for text and changed its line ends: {reason} (at byte {offset}). Nothing of it was used.',
    remedy:
      'It cannot be repaired: export the app again. Where app files are kept in git, add the line "*.qvf binary" to .gitattributes before they are added; where they are sent by FTP, send them in binary mode.',
    retryable: false,
  },
  WAYBILL_QVF_DAMAGED: {
    message: 'The objects of {file} cannot be read: {reason} (at byte {offset}). Nothing of it was used.',
    remedy: `The file is damaged or encrypted. ${EXPORT_AGAIN} If that changes nothing: the site may encrypt its app files, which Waybill cannot look into.`,
    retryable: false,
  },
  WAYBILL_QVF_UNSUPPORTED: {
    message: '{file} is of a kind that this version of Waybill does not know: {reason} (at byte {offset}).',
    remedy:
      'See whether there is a newer version of Waybill. The app can be promoted without its objects being compared.',
    retryable: false,
  },
  WAYBILL_QVF_TOO_LARGE: {
    message: 'The objects of {file} were not read: {what} is {found}, and at most {limit} is taken in.',
    remedy: 'The app can be promoted without its objects being compared. If it is an ordinary app, report this.',
    retryable: false,
  },
} as const satisfies Record<string, ErrorEntry>;
