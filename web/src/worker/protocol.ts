import { VqError, type VqErrorCode } from '../errors.js';
import type { DecodeOptions, EncodeOptions, ModelOptions, Progress } from '../codec/codec.js';
import type { PixelSource } from '../codec/encoder.js';

/** What a page asks of the worker. Options travel without what cannot be cloned. */
export type Request =
  | { readonly id: number; readonly call: 'open'; readonly folder: string; readonly options: ModelOptions }
  | { readonly id: number; readonly call: 'prepare' | 'dispose'; readonly model: number }
  | { readonly id: number; readonly call: 'decode' | 'decodeIndices'; readonly model: number; readonly bytes: Uint8Array; readonly options: DecodeOptions }
  | { readonly id: number; readonly call: 'encode'; readonly model: number; readonly image: PixelSource; readonly options: EncodeOptions }
  | { readonly id: number; readonly call: 'cancel' };

/** What the worker answers. The first message says that it has started. */
export type Reply =
  | { readonly kind: 'started' }
  | { readonly kind: 'progress'; readonly id: number; readonly progress: Progress }
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: SentError };

/** An error as it travels. */
export interface SentError {
  readonly name: string;
  readonly code: VqErrorCode | undefined;
  readonly message: string;
}

export function sendError(error: unknown): SentError {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { name, code: error instanceof VqError ? error.code : undefined, message };
}

export function receiveError({ name, code, message }: SentError): Error {
  if (code !== undefined) {
    return new VqError(code, message);
  }
  return name === 'AbortError' ? new DOMException(message, name) : name === 'RangeError' ? new RangeError(message) : new VqError('runtime', message);
}
