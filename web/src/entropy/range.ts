import { refuse } from '../errors.js';
import { EndOfInput } from '../format/reader.js';

/** What codes the decisions of mode 3: a decoder finds them out, an encoder is told. */
export interface RangeCoder {
  /**
   * Codes one decision.
   * @param p the probability of a 1, in 65536ths
   * @param decision 0 or 1; a decoder takes no notice of it
   * @returns the decision
   */
  code(p: number, decision: number): number;
}

/** Where the range l to u is split: l + ⌊(u − l) · p / 65536⌋. The product has 48 bits, so it is made of two. */
function splitAt(l: number, u: number, p: number): number {
  const range = (u - l) >>> 0;
  return (l + Math.imul(range >>> 16, p) + (Math.imul(range & 0xffff, p) >>> 16)) >>> 0;
}

/** The fewest leading bytes, 0 to 4, that begin no number outside a range, and of these the smallest. */
function lastBytes(l: number, u: number): { count: number; value: number } {
  for (let count = 0; count < 4; count++) {
    const unit = 2 ** (32 - 8 * count);
    const value = Math.ceil(l / unit) * unit;
    if (value + unit - 1 <= u) {
      return { count, value };
    }
  }
  return { count: 4, value: l };
}

export class RangeDecoder implements RangeCoder {
  private l = 0;
  private u = 0xffffffff;
  private value = 0;
  /** Bytes that were shifted out, so the next one to read is 4 further. */
  private at: number;

  constructor(
    private readonly bytes: Uint8Array,
    begin: number,
    private readonly end: number,
  ) {
    this.at = begin;
    for (let i = 0; i < 4; i++) {
      this.value = ((this.value << 8) | this.byteAt(begin + i)) >>> 0;
    }
  }

  code(p: number): number {
    const m = splitAt(this.l, this.u, p);
    let decision;
    if (this.value <= m) {
      this.u = m;
      decision = 1;
    } else {
      this.l = m + 1;
      decision = 0;
    }
    while ((this.l ^ this.u) >>> 24 === 0) {
      this.l = (this.l << 8) >>> 0;
      this.u = ((this.u << 8) | 255) >>> 0;
      this.value = ((this.value << 8) | this.byteAt(this.at + 4)) >>> 0;
      this.at++;
    }
    return decision;
  }

  /** Where the block ends; refuses it unless its last bytes are those that an encoder puts out. */
  finish(): number {
    const { count, value } = lastBytes(this.l, this.u);
    const blockEnd = this.at + count;
    if (blockEnd > this.end) {
      throw new EndOfInput(this.end);
    }
    for (let i = 0; i < count; i++) {
      if (this.bytes[this.at + i] !== ((value / 2 ** (24 - 8 * i)) & 255)) {
        if (this.at + 4 > this.end) {
          // What was missing was taken for zeros, and may have led astray.
          throw new EndOfInput(this.end);
        }
        refuse('a dense block ends with other bytes than an encoder puts out');
      }
    }
    return blockEnd;
  }

  /** What stands behind the block makes no difference, so that zeros do. */
  private byteAt(offset: number): number {
    return offset < this.end ? this.bytes[offset]! : 0;
  }
}

export class RangeEncoder implements RangeCoder {
  private l = 0;
  private u = 0xffffffff;
  private buffer = new Uint8Array(4096);
  private length = 0;

  code(p: number, decision: number): number {
    const m = splitAt(this.l, this.u, p);
    if (decision === 1) {
      this.u = m;
    } else {
      this.l = m + 1;
    }
    while ((this.l ^ this.u) >>> 24 === 0) {
      this.put(this.l >>> 24);
      this.l = (this.l << 8) >>> 0;
      this.u = ((this.u << 8) | 255) >>> 0;
    }
    return decision;
  }

  finish(): Uint8Array<ArrayBuffer> {
    const { count, value } = lastBytes(this.l, this.u);
    for (let i = 0; i < count; i++) {
      this.put((value / 2 ** (24 - 8 * i)) & 255);
    }
    return this.buffer.slice(0, this.length);
  }

  private put(byte: number): void {
    if (this.length === this.buffer.length) {
      const grown = new Uint8Array(2 * this.length);
      grown.set(this.buffer);
      this.buffer = grown;
    }
    this.buffer[this.length++] = byte;
  }
}
