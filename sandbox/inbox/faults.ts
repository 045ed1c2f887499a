/** Scripted trouble of the mail server. Each counts down and is then over; `clear()` ends all of it. */
export class InboxFaults {
  /** How often each struck so far. */
  readonly struck = { greylisted: 0, refused: 0, hung: 0, lost: 0, rejected: 0 };

  #greylists = 0;
  #hangs = 0;
  #lostReplies = 0;
  #rejections: { code: number; left: number; onlyTo?: string } = { code: 0, left: 0 };
  readonly #refused = new Set<string>();

  /** Answers 450 to the next `times` recipients. */
  greylist(times: number): void {
    this.#greylists = times;
  }

  /** Answers 550 to this recipient, always. */
  refuse(address: string): void {
    this.#refused.add(address.toLowerCase());
  }

  /** Takes the next `times` mails in and then never answers; these mails are not kept. */
  hangAfterData(times: number): void {
    this.#hangs = times;
  }

  /** Keeps the next `times` mails, but drops the connection instead of saying so. */
  loseReply(times: number): void {
    this.#lostReplies = times;
  }

  /** Answers the data of the next `times` mails, or of those to one address, with this code, 4xx or 5xx; they are not kept. */
  rejectData(code: number, times: number, onlyTo?: string): void {
    this.#rejections = { code, left: times, onlyTo: onlyTo?.toLowerCase() };
  }

  clear(): void {
    this.#rejections = { code: 0, left: 0 };
    this.#greylists = this.#hangs = this.#lostReplies = 0;
    this.#refused.clear();
  }

  /** The error to answer a recipient with, when one is due. */
  recipientError(address: string): Error | undefined {
    if (this.#refused.has(address.toLowerCase())) {
      this.struck.refused += 1;
      return smtpError(550, `5.1.1 <${address}>: no such user here`);
    }
    if (this.#greylists === 0) return undefined;
    this.#greylists -= 1;
    this.struck.greylisted += 1;
    return smtpError(450, '4.2.0 greylisted, please try again later');
  }

  /** The error to answer the data of a mail to these recipients with, when one is due. */
  dataError(recipients: readonly string[]): Error | undefined {
    const { code, left, onlyTo } = this.#rejections;
    if (left === 0) return undefined;
    if (onlyTo !== undefined && !recipients.some((address) => address.toLowerCase() === onlyTo)) return undefined;
    this.#rejections = { code, left: left - 1, onlyTo };
    this.struck.rejected += 1;
    return smtpError(code, code < 500 ? '4.3.2 try again later' : '5.7.1 message refused');
  }

  /** What happens to the mail that just came in. */
  nextMail(): 'keep' | 'hang' | 'lose-reply' {
    if (this.#hangs > 0) {
      this.#hangs -= 1;
      this.struck.hung += 1;
      return 'hang';
    }
    if (this.#lostReplies === 0) return 'keep';
    this.#lostReplies -= 1;
    this.struck.lost += 1;
    return 'lose-reply';
  }
}

/** An error that the SMTP server answers with this code. */
export function smtpError(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}
