import { VqError, refuse } from '../errors.js';
import type { VqInfo } from './header.js';
import type { ByteReader } from './reader.js';

/** The content of the sections that this package knows, not copied. */
export interface Sections {
  readonly alpha?: Uint8Array;
  readonly exif?: Uint8Array;
}

const alphaNumber = 1;
const exifNumber = 2;

/** Reads the sections behind a header and leaves the reader behind them. Unknown optional ones are passed over. */
export function readSections(reader: ByteReader, info: VqInfo): Sections {
  const found: { alpha?: Uint8Array; exif?: Uint8Array } = {};
  if (info.sections) {
    let before = 0;
    for (;;) {
      const number = reader.varint();
      if (number === 0) {
        break;
      }
      if (number <= before || number > 0x7fffffff) {
        refuse(`section ${number} behind section ${before}: numbers rise and are below 2^31`);
      }
      const length = reader.varint();
      if (length > 0x7fffffff) {
        refuse(`section ${number} has ${length} bytes; a section has fewer than 2^31`);
      }
      const content = reader.take(length);
      if (number === alphaNumber) {
        found.alpha = content;
      } else if (number === exifNumber) {
        found.exif = content;
      } else if ((number & 1) === 1) {
        throw new VqError('unsupported', `section ${number} is required and not known`);
      }
      if (number <= exifNumber && length === 0) {
        refuse(`section ${number} is empty`);
      }
      before = number;
    }
    if (before === 0) {
      refuse('an empty list of sections');
    }
  }
  if ((found.alpha !== undefined) !== info.alpha) {
    refuse(info.alpha ? 'alpha without the section that holds it' : 'a section of alpha in a file without');
  }
  return found;
}

/** Checks that a section is what EXIF begins with, and gives a copy. */
export function checkedExif(content: Uint8Array): Uint8Array<ArrayBuffer> {
  const start = (content[0] ?? 0) * 0x1000000 + ((content[1] ?? 0) << 16) + ((content[2] ?? 0) << 8) + (content[3] ?? 0);
  if (content.length > 1 << 24 || content.length < 4 || (start !== 0x49492a00 && start !== 0x4d4d002a)) {
    refuse('the EXIF section is not a TIFF structure');
  }
  return content.slice();
}
