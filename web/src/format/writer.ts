/** Collects bytes; grows by doubling. */
export class ByteWriter {
  private buffer: Uint8Array<ArrayBuffer> = new Uint8Array(1024);
  length = 0;

  u8(value: number): void {
    this.room(1);
    this.buffer[this.length++] = value;
  }

  u32(value: number): void {
    for (let shift = 0; shift < 32; shift += 8) {
      this.u8((value >>> shift) & 255);
    }
  }

  varint(value: number): void {
    let left = value;
    while (left >= 128) {
      this.u8((left % 128) + 128);
      left = Math.floor(left / 128);
    }
    this.u8(left);
  }

  bytes(content: Uint8Array): void {
    this.room(content.length);
    this.buffer.set(content, this.length);
    this.length += content.length;
  }

  /** A copy of what was written. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return this.buffer.slice(0, this.length);
  }

  private room(count: number): void {
    if (this.length + count > this.buffer.length) {
      const grown = new Uint8Array(Math.max(2 * this.buffer.length, this.length + count));
      grown.set(this.buffer);
      this.buffer = grown;
    }
  }
}
