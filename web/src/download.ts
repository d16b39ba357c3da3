import { VqError } from './errors.js';

/** No `.vq` file that the default limits allow is longer. */
const maxBytes = 2 ** 29;

/**
 * Fetches a file.
 * @param begin called once with at least so many first bytes, or the whole file, as soon as they are there
 */
export async function download(address: string, signal: AbortSignal, first: number, begin: (bytes: Uint8Array) => void): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(address, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw new VqError('network', `${address} cannot be fetched`, { cause: error });
  }
  if (!response.ok) {
    throw new VqError('network', `${address} answers ${response.status} ${response.statusText}`.trimEnd());
  }
  const reader = response.body?.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  let began = false;
  for (;;) {
    const next = await reader?.read().catch((error: unknown) => {
      signal.throwIfAborted();
      throw new VqError('network', `${address} broke off`, { cause: error });
    });
    if (next === undefined || next.done) {
      break;
    }
    parts.push(next.value);
    length += next.value.length;
    if (length > maxBytes) {
      await reader?.cancel();
      throw new VqError('limit', `${address} has more than ${maxBytes} bytes`);
    }
    if (!began && length >= first) {
      began = true;
      begin(joined(parts, length));
    }
  }
  return joined(parts, length);
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
