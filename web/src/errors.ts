/**
 * What went wrong: `format` a damaged or wrong file, `unsupported` a file that asks for what this model or reader does not have, `limit` a file larger than
 * the caller allows, `model` a wrong or damaged model folder, `network` an address that did not answer, `runtime` ONNX Runtime or the browser.
 */
export type VqErrorCode = 'format' | 'unsupported' | 'limit' | 'model' | 'network' | 'runtime';

/** The one error of this package. Bad arguments throw `TypeError` or `RangeError`; a cancelled call rejects with the signal's reason. */
export class VqError extends Error {
  readonly code: VqErrorCode;

  constructor(code: VqErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'VqError';
    this.code = code;
  }
}

/** A file that a reader must refuse: damaged, cut short or not a `.vq` file. */
export function refuse(message: string): never {
  throw new VqError('format', message);
}
