import { refuse } from '../errors.js';

/*
 * Inflate of a zlib stream (RFC 1950, RFC 1951) into an array whose length is known. The browsers' DecompressionStream does not say everywhere whether
 * bytes are left behind the stream, and a reader has to refuse these; here nothing is allocated for content that does not fit.
 */

const lengthBase = Uint16Array.of(3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258);
const lengthExtra = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0);
const codeLengthOrder = Uint8Array.of(16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15);
const maxBits = 15;

/** Symbols of a canonical Huffman code in order, and how many codes each length has. */
interface Huffman {
  readonly counts: Uint16Array;
  readonly symbols: Uint16Array;
  /** For each value of the next 9 bits: symbol · 16 + length, or 0 where the code is longer. */
  readonly quick: Uint16Array;
}

const quickBits = 9;

/** Inflates exactly `size` bytes; refuses anything else, a wrong Adler-32, a preset dictionary and bytes behind the stream. */
export function inflateZlib(input: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const [method = 0, flags = 0] = input;
  if (input.length < 6 || (method & 15) !== 8 || method >> 4 > 7 || (method * 256 + flags) % 31 !== 0 || (flags & 32) !== 0) {
    refuse('the alpha section is not a zlib stream');
  }
  // Deflate makes at most 1032 bytes of one.
  if (size > 1032 * input.length) {
    refuse('the alpha section is too short for the image');
  }
  const inflater = new Inflater(input.subarray(2, input.length - 4), size);
  const output = inflater.run();
  if (adler32(output) !== new DataView(input.buffer, input.byteOffset).getUint32(input.length - 4)) {
    refuse('the Adler-32 of the alpha section is wrong');
  }
  return output;
}

class Inflater {
  private readonly output: Uint8Array<ArrayBuffer>;
  private written = 0;
  private offset = 0;
  private bits = 0;
  private bitCount = 0;

  constructor(
    private readonly input: Uint8Array,
    size: number,
  ) {
    this.output = new Uint8Array(size);
  }

  run(): Uint8Array<ArrayBuffer> {
    let last = 0;
    while (last === 0) {
      last = this.take(1);
      const kind = this.take(2);
      if (kind === 0) {
        this.stored();
      } else if (kind === 1) {
        this.codes(fixedLiterals(), fixedDistances());
      } else if (kind === 2) {
        this.codes(...this.dynamicCodes());
      } else {
        refuse('the alpha section has a block of an unknown kind');
      }
    }
    if (this.written !== this.output.length) {
      refuse('the alpha section inflates to fewer bytes than the image has');
    }
    if (this.offset - (this.bitCount >> 3) !== this.input.length) {
      refuse('bytes stand behind the stream in the alpha section');
    }
    return this.output;
  }

  private take(count: number): number {
    while (this.bitCount < count) {
      if (this.offset === this.input.length) {
        refuse('the alpha section ends too early');
      }
      this.bits |= this.input[this.offset++]! << this.bitCount;
      this.bitCount += 8;
    }
    const value = this.bits & ((1 << count) - 1);
    this.bits >>>= count;
    this.bitCount -= count;
    return value;
  }

  private stored(): void {
    this.offset -= this.bitCount >> 3;
    this.bits = this.bitCount = 0;
    const length = this.take(16);
    if ((this.take(16) ^ length) !== 0xffff || this.offset + length > this.input.length) {
      refuse('the alpha section has a damaged block');
    }
    this.need(length);
    this.output.set(this.input.subarray(this.offset, this.offset + length), this.written);
    this.offset += length;
    this.written += length;
  }

  private codes(literals: Huffman, distances: Huffman): void {
    const { output } = this;
    for (;;) {
      const symbol = this.symbol(literals);
      if (symbol < 256) {
        this.need(1);
        output[this.written++] = symbol;
      } else if (symbol === 256) {
        return;
      } else {
        if (symbol > 285) {
          refuse('the alpha section has an unknown length');
        }
        const length = lengthBase[symbol - 257]! + this.take(lengthExtra[symbol - 257]!);
        const code = this.symbol(distances);
        if (code > 29) {
          refuse('the alpha section has an unknown distance');
        }
        const extra = code < 2 ? 0 : (code >> 1) - 1;
        const distance = (code < 2 ? code : (2 + (code & 1)) << extra) + this.take(extra) + 1;
        if (distance > this.written) {
          refuse('the alpha section points before its begin');
        }
        this.need(length);
        for (let i = 0, at = this.written; i < length; i++, at++) {
          output[at] = output[at - distance]!;
        }
        this.written += length;
      }
    }
  }

  private dynamicCodes(): [Huffman, Huffman] {
    const literals = this.take(5) + 257;
    const distances = this.take(5) + 1;
    const lengthCodes = this.take(4) + 4;
    const lengths = new Uint8Array(19);
    for (let i = 0; i < lengthCodes; i++) {
      lengths[codeLengthOrder[i]!] = this.take(3);
    }
    const code = huffman(lengths, false);
    const all = new Uint8Array(literals + distances);
    for (let i = 0; i < all.length; ) {
      const symbol = this.symbol(code);
      if (symbol < 16) {
        all[i++] = symbol;
        continue;
      }
      if (symbol === 16 && i === 0) {
        refuse('the alpha section repeats a length before the first');
      }
      const value = symbol === 16 ? all[i - 1]! : 0;
      const count = symbol === 16 ? 3 + this.take(2) : symbol === 17 ? 3 + this.take(3) : 11 + this.take(7);
      if (i + count > all.length) {
        refuse('the alpha section has too many code lengths');
      }
      all.fill(value, i, i + count);
      i += count;
    }
    if (literals > 286 || all[256] === 0) {
      refuse('the alpha section has a damaged Huffman code');
    }
    return [huffman(all.subarray(0, literals), false), huffman(all.subarray(literals), true)];
  }

  private symbol(code: Huffman): number {
    // Look ahead as far as there is input, then take what the code is long.
    while (this.bitCount < maxBits && this.offset < this.input.length) {
      this.bits |= this.input[this.offset++]! << this.bitCount;
      this.bitCount += 8;
    }
    const quick = code.quick[this.bits & ((1 << quickBits) - 1)]!;
    if (quick !== 0 && (quick & 15) <= this.bitCount) {
      this.bits >>>= quick & 15;
      this.bitCount -= quick & 15;
      return quick >> 4;
    }
    let value = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= maxBits; length++) {
      value |= this.take(1);
      const count = code.counts[length]!;
      if (value - first < count) {
        return code.symbols[index + value - first]!;
      }
      index += count;
      first = (first + count) << 1;
      value <<= 1;
    }
    refuse('the alpha section has an unknown Huffman code');
  }

  private need(count: number): void {
    if (count > this.output.length - this.written) {
      refuse('the alpha section inflates to more bytes than the image has');
    }
  }
}

/** A canonical code. An incomplete one is allowed only where `sparse` and it has at most one symbol. */
function huffman(lengths: Uint8Array, sparse: boolean): Huffman {
  const counts = new Uint16Array(maxBits + 1);
  for (const length of lengths) {
    counts[length]!++;
  }
  const used = lengths.length - counts[0]!;
  counts[0] = 0;
  let left = 1;
  for (let length = 1; length <= maxBits; length++) {
    left = 2 * left - counts[length]!;
    if (left < 0) {
      refuse('the alpha section has an over-full Huffman code');
    }
  }
  if (left > 0 && !(sparse && (used === 0 || (used === 1 && counts[1] === 1)))) {
    refuse('the alpha section has an incomplete Huffman code');
  }
  const next = new Uint16Array(maxBits + 2);
  for (let length = 1; length <= maxBits; length++) {
    next[length + 1] = next[length]! + counts[length]!;
  }
  const symbols = new Uint16Array(used);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol]!;
    if (length !== 0) {
      symbols[next[length]!++] = symbol;
    }
  }
  return { counts, symbols, quick: quickTable(counts, symbols) };
}

function quickTable(counts: Uint16Array, symbols: Uint16Array): Uint16Array {
  const quick = new Uint16Array(1 << quickBits);
  let code = 0;
  let index = 0;
  for (let length = 1; length <= quickBits; length++) {
    for (let i = 0; i < counts[length]!; i++, code++, index++) {
      let reversed = 0;
      for (let bit = 0; bit < length; bit++) {
        reversed |= ((code >> bit) & 1) << (length - 1 - bit);
      }
      for (let at = reversed; at < quick.length; at += 1 << length) {
        quick[at] = symbols[index]! * 16 + length;
      }
    }
    code <<= 1;
  }
  return quick;
}

let fixed: [Huffman, Huffman] | undefined;

function fixedCodes(): [Huffman, Huffman] {
  const literals = new Uint8Array(288).fill(8).fill(9, 144, 256).fill(7, 256, 280);
  return (fixed ??= [huffman(literals, false), huffman(new Uint8Array(32).fill(5), false)]);
}

const fixedLiterals = (): Huffman => fixedCodes()[0];
const fixedDistances = (): Huffman => fixedCodes()[1];

/** RFC 1950's checksum. */
export function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (let i = 0; i < bytes.length; ) {
    const end = Math.min(i + 3800, bytes.length);
    for (; i < end; i++) {
      a += bytes[i]!;
      b += a;
    }
    a %= 65521;
    b %= 65521;
  }
  return ((b << 16) | a) >>> 0;
}
