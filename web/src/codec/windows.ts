import { VqError } from '../errors.js';

/** A part of an image: what is computed of it, and what it takes for that. In pixels, at multiples of the largest stride. */
export interface Window {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** With what it needs around it; windows at the image's edge end there, where the network's own padding applies. */
  readonly outerX: number;
  readonly outerY: number;
  readonly outerWidth: number;
  readonly outerHeight: number;
}

export const defaultSide = 1024;

/** Divides an image into windows of at most so many pixels a side, about equally large. */
export function windowsOf(width: number, height: number, stride: number, halo: number | undefined, side = defaultSide): Window[] {
  const across = parts(width, stride, side);
  const down = parts(height, stride, side);
  if (halo === undefined && across.length * down.length > 1) {
    throw new VqError('unsupported', `images of more than ${side} pixels a side need a model of a known network family`);
  }
  const around = halo ?? 0;
  const windows: Window[] = [];
  for (const [y, yEnd] of down) {
    for (const [x, xEnd] of across) {
      const outerX = Math.max(0, x - around);
      const outerY = Math.max(0, y - around);
      windows.push({
        x,
        y,
        width: xEnd - x,
        height: yEnd - y,
        outerX,
        outerY,
        outerWidth: Math.min(width, xEnd + around) - outerX,
        outerHeight: Math.min(height, yEnd + around) - outerY,
      });
    }
  }
  return windows;
}

function parts(length: number, stride: number, side: number): [number, number][] {
  const count = Math.ceil(length / side);
  const edges = Array.from({ length: count + 1 }, (_, i) => Math.min(length, Math.round((i * length) / count / stride) * stride));
  return edges.slice(1).map((edge, i) => [edges[i]!, edge]);
}
