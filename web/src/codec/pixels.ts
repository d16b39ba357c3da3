import type { VqInfo } from '../format/header.js';
import type { Layout } from '../format/layout.js';
import type { PlaneIndices } from './indices.js';
import { Graph, int32, tensorName } from './runtime.js';
import { windowsOf, type Window } from './windows.js';

/**
 * Computes an image from its indices, window by window.
 * @param done called behind each window
 * @returns red, green, blue and alpha of each pixel, rows from the top
 */
export async function decodePixels(
  graph: Graph,
  planes: readonly PlaneIndices[],
  info: VqInfo,
  layout: Layout,
  halo: number | undefined,
  alpha: Uint8Array | undefined,
  done: (windows: number, of: number) => Promise<void> | undefined,
  side?: number,
): Promise<Uint8ClampedArray<ArrayBuffer>> {
  const stride = Math.max(...layout.planes.map((plane) => plane.stride));
  const windows = windowsOf(layout.fullWidth, layout.fullHeight, stride, halo, side);
  const pixels = new Uint8ClampedArray(4 * info.width * info.height);
  for (const [i, window] of windows.entries()) {
    const feeds = { rate: int32(Int32Array.of(info.ratePoint), [1]), ...indexTensors(planes, layout, window) };
    const { image } = await graph.run(feeds, ['image']);
    place(image!.data as Uint8Array, window, info, alpha, pixels);
    image!.dispose();
    await done(i + 1, windows.length);
  }
  return pixels;
}

function indexTensors(planes: readonly PlaneIndices[], layout: Layout, window: Window): Record<string, ReturnType<typeof int32>> {
  return Object.fromEntries(
    planes.map((plane, p) => {
      const stride = layout.planes[p]!.stride;
      const columns = window.outerWidth / stride;
      const rows = window.outerHeight / stride;
      const data = new Int32Array(plane.stages.length * rows * columns);
      let at = 0;
      for (const stage of plane.stages) {
        for (let row = 0; row < rows; row++, at += columns) {
          const from = (window.outerY / stride + row) * plane.columns + window.outerX / stride;
          data.set(stage.subarray(from, from + columns), at);
        }
      }
      return [tensorName(plane.name), int32(data, [1, plane.stages.length, rows, columns])];
    }),
  );
}

/** Copies a window's pixels, without its halo, into the image. */
function place(rgb: Uint8Array, window: Window, info: VqInfo, alpha: Uint8Array | undefined, pixels: Uint8ClampedArray): void {
  const { width, height, gray } = info;
  const xEnd = Math.min(width, window.x + window.width);
  const yEnd = Math.min(height, window.y + window.height);
  for (let y = window.y; y < yEnd; y++) {
    let from = 3 * ((y - window.outerY) * window.outerWidth + window.x - window.outerX);
    for (let at = y * width + window.x; at < y * width + xEnd; at++, from += 3) {
      let red = rgb[from]!;
      let green = rgb[from + 1]!;
      let blue = rgb[from + 2]!;
      if (gray) {
        red = green = blue = (19595 * red + 38470 * green + 7471 * blue + 32768) >> 16;
      }
      pixels[4 * at] = red;
      pixels[4 * at + 1] = green;
      pixels[4 * at + 2] = blue;
      pixels[4 * at + 3] = alpha === undefined ? 255 : alpha[at]!;
    }
  }
}
