import { VqError } from '../errors.js';

/** Where a reader's input ends too early: told apart from other damage, since a caller may ask for what is left of a file. */
export class EndOfInput extends VqError {
  constructor(offset: number) {
    super('format', `the file ends too early, at byte ${offset}`);
  }
}

/** Reads little-endian numbers from an array and never beyond its end. */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly end: number;
  offset: number;

  constructor(bytes: Uint8Array, offset = 0, end = bytes.length) {
    this.bytes = bytes;
    this.offset = offset;
    this.end = end;
  }

  /** Bytes that are left. */
  get left(): number {
    return this.end - this.offset;
  }

  u8(): number {
    this.need(1);
    return this.bytes[this.offset++]!;
  }

  u16(): number {
    this.need(2);
    const at = this.offset;
    this.offset += 2;
    return this.bytes[at]! | (this.bytes[at + 1]! << 8);
  }

  i16(): number {
    return (this.u16() << 16) >> 16;
  }

  u32(): number {
    this.need(4);
    const at = this.offset;
    this.offset += 4;
    const b = this.bytes;
    return (b[at]! | (b[at + 1]! << 8) | (b[at + 2]! << 16) | (b[at + 3]! << 24)) >>> 0;
  }

  /** The next bytes, not copied. */
  take(count: number): Uint8Array {
    this.need(count);
    const at = this.offset;
    this.offset += count;
    return this.bytes.subarray(at, this.offset);
  }

  u16s(count: number): Uint16Array {
    const from = this.take(2 * count);
    const numbers = new Uint16Array(count);
    for (let i = 0; i < count; i++) {
      numbers[i] = from[2 * i]! | (from[2 * i + 1]! << 8);
    }
    return numbers;
  }

  i16s(count: number): Int16Array {
    return new Int16Array(this.u16s(count).buffer);
  }

  u32s(count: number): Uint32Array {
    const from = this.take(4 * count);
    const numbers = new Uint32Array(count);
    for (let i = 0; i < count; i++) {
      const at = 4 * i;
      numbers[i] = from[at]! | (from[at + 1]! << 8) | (from[at + 2]! << 16) | (from[at + 3]! << 24);
    }
    return numbers;
  }

  /** LEB128 of at most 5 bytes, as short as possible, and below 2³². */
  varint(): number {
    let value = 0;
    let unit = 1;
    for (let i = 0; i < 5; i++, unit *= 128) {
      const byte = this.u8();
      value += (byte & 127) * unit;
      if (byte < 128) {
        if (byte === 0 && i > 0) {
          throw new VqError('format', `byte ${this.offset - 1}: a number is written longer than it has to be`);
        }
        if (value >= 2 ** 32) {
          throw new VqError('format', `byte ${this.offset - 1}: a number is 2^32 or above`);
        }
        return value;
      }
    }
    throw new VqError('format', `byte ${this.offset - 1}: a number has more than 5 bytes`);
  }

  private need(count: number): void {
    if (count > this.end - this.offset) {
      throw new EndOfInput(this.end);
    }
  }
}
