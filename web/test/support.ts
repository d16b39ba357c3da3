import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Codec, type ModelOptions } from '../src/codec/codec.js';

/** web/, and the repository around it. Tests run from build/test/. */
export const packageRoot = fileURLToPath(new URL('../..', import.meta.url));
export const repository = path.join(packageRoot, '..');
export const goldenFolder = process.env.VQ_GOLDEN ?? path.join(repository, 'tests', 'golden');
export const photoModel = path.join(repository, 'models', 'photo');

export function bytesOf(...parts: string[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(path.join(...parts)));
}

/** A model folder on disk, in the reference precision. */
export function openModel(folder: string, options: ModelOptions = { precision: 'fp32' }): Promise<Codec> {
  return Codec.open((name) => Promise.resolve(bytesOf(folder, name)), options);
}

export const exists = existsSync;

/** Numbers that look random and are the same in every run: xorshift32. */
export function random(seed: number): () => number {
  let x = seed | 0 || 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) / 2 ** 32;
  };
}

/** A drawn picture: a sky, a sun with a soft edge, hills and some texture. */
export function drawn(width: number, height: number, options: { alpha?: boolean; gray?: boolean } = {}): { width: number; height: number; data: Uint8ClampedArray } {
  const data = new Uint8ClampedArray(4 * width * height);
  const next = random(7);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const u = x / width;
      const v = y / height;
      const sun = Math.max(0, 1 - Math.hypot(u - 0.7, v - 0.3) * 5);
      const hill = v > 0.65 + 0.1 * Math.sin(9 * u) ? 1 : 0;
      const grain = hill * 24 * (next() - 0.5);
      const at = 4 * (y * width + x);
      data[at] = hill * (60 + grain) + (1 - hill) * (90 + 100 * v + 160 * sun);
      data[at + 1] = hill * (110 + 40 * v + grain) + (1 - hill) * (140 + 60 * v + 90 * sun);
      data[at + 2] = hill * 50 + (1 - hill) * (220 - 30 * v);
      if (options.gray) {
        data[at + 1] = data[at + 2] = data[at]!;
      }
      data[at + 3] = options.alpha ? Math.max(0, Math.min(255, 600 * (0.5 - Math.hypot(u - 0.5, v - 0.5)))) : 255;
    }
  }
  return { width, height, data };
}

export function psnr(a: Uint8ClampedArray | Uint8Array, b: Uint8ClampedArray | Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    if (i % 4 !== 3) {
      sum += (a[i]! - b[i]!) ** 2;
    }
  }
  return 10 * Math.log10((255 * 255) / (sum / (0.75 * a.length)));
}
