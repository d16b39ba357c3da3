import { readHeader } from './header.js';
import { ByteReader } from './reader.js';
import { checkedExif, readSections } from './sections.js';

/**
 * The EXIF data of a `.vq` file: a TIFF structure, or undefined where there is none. It describes the picture as it is; an orientation in it is not to be applied.
 * @throws VqError where header or sections are damaged; the checksum is not looked at
 */
export function readExif(bytes: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  const reader = new ByteReader(bytes);
  const { exif } = readSections(reader, readHeader(reader));
  return exif === undefined ? undefined : checkedExif(exif);
}
