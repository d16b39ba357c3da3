import { refuse } from '../errors.js';
import { EndOfInput } from '../format/reader.js';

/** A frequency table: symbol s has the slots starts[s] to starts[s + 1] − 1 of 2^bits. */
export interface FrequencyTable {
  readonly bits: number;
  readonly starts: Uint16Array;
  /** The symbol of every slot; only where it was asked for. */
  readonly symbols?: Uint16Array;
}

const lower = 0x10000;

/** The states and words of a block of rANS. A state is at least 2¹⁶ and has 32 bits. */
export class RansDecoder {
  private readonly states: Float64Array;
  private at: number;

  constructor(
    private readonly bytes: Uint8Array,
    begin: number,
    private readonly end: number,
    count: number,
  ) {
    this.states = new Float64Array(count);
    this.at = begin;
    for (let i = 0; i < count; i++) {
      const low = this.word();
      const state = this.word() * lower + low;
      if (state < lower) {
        refuse('a rANS state begins below 2^16');
      }
      this.states[i] = state;
    }
  }

  /** The next symbol of a state. */
  symbol(state: number, table: FrequencyTable): number {
    const { bits, starts, symbols } = table;
    let x = this.states[state]! >>> 0;
    const slot = x & ((1 << bits) - 1);
    const symbol = symbols === undefined ? search(starts, slot) : symbols[slot]!;
    const start = starts[symbol]!;
    // At most f · 2^(32 − b) + f − 1, which is below 2³² as f is at most 2^b.
    x = (starts[symbol + 1]! - start) * (x >>> bits) + slot - start;
    if (x < lower) {
      x = x * lower + this.word();
    }
    this.states[state] = x;
    return symbol;
  }

  /** Where the block ends; refuses it unless all states are where the encoder started. */
  finish(): number {
    if (this.states.some((x) => x !== lower)) {
      refuse('a rANS block does not end in the state 2^16');
    }
    return this.at;
  }

  private word(): number {
    if (this.at + 2 > this.end) {
      throw new EndOfInput(this.end);
    }
    const word = this.bytes[this.at]! | (this.bytes[this.at + 1]! << 8);
    this.at += 2;
    return word;
  }
}

/** The last symbol that starts at a slot or before. */
function search(starts: Uint16Array, slot: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= slot) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return low;
}
