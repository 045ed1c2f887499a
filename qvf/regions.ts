/** Bounds are checked for overlaps first when there are so many, then each time their number has doubled. */
const FIRST_CHECK_AT = 16;

/** Regions of a file that were laid claim to, kept small: two numbers each. */
export class Regions {
  #bounds = new Float64Array(FIRST_CHECK_AT * 2);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /**
   * Adds a region. Gives where two overlap, when it happens to look: so a file whose objects all lie in the same place
   * is found out after a few of them, and looking costs next to nothing.
   */
  add(offset: number, length: number): number | undefined {
    let overlap: number | undefined;
    if (this.#bounds.length === this.#count * 2) {
      overlap = this.firstOverlap();
      const larger = new Float64Array(this.#bounds.length * 2);
      larger.set(this.#bounds);
      this.#bounds = larger;
    }
    this.#bounds.set([offset, offset + length], this.#count * 2);
    this.#count += 1;
    return overlap;
  }

  /** Where two of the regions first overlap, or undefined: in no real file did two (QVF facts, section 1). */
  firstOverlap(): number | undefined {
    const order = Uint32Array.from({ length: this.#count }, (_, index) => index);
    const start = (index: number): number => this.#bounds[index * 2] ?? 0;
    order.sort((left, right) => start(left) - start(right));
    let end = 0;
    for (const index of order) {
      if (start(index) < end) return start(index);
      end = this.#bounds[index * 2 + 1] ?? 0;
    }
    return undefined;
  }
}
