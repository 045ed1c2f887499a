/** Scripted trouble of the mail server. Each counts down and is then over; `clear()` ends all of it. */
export class InboxFaults {
  #greylists = 0;
  #hangs = 0;
  #lostReplies = 0;
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

  clear(): void {
    this.#greylists = this.#hangs = this.#lostReplies = 0;
    this.#refused.clear();
  }

  /** The error to answer a recipient with, when one is due. */
  recipientError(address: string): Error | undefined {
    if (this.#refused.has(address.toLowerCase())) return smtpError(550, `5.1.1 <${address}>: no such user here`);
    if (this.#greylists === 0) return undefined;
    this.#greylists -= 1;
    return smtpError(450, '4.2.0 greylisted, please try again later');
  }

  /** What happens to the mail that just came in. */
  nextMail(): 'keep' | 'hang' | 'lose-reply' {
    if (this.#hangs > 0) {
      this.#hangs -= 1;
      return 'hang';
    }
    if (this.#lostReplies === 0) return 'keep';
    this.#lostReplies -= 1;
    return 'lose-reply';
  }
}

/** An error that the SMTP server answers with this code. */
export function smtpError(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}
