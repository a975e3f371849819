import {
  FIELD_COLD_STRIDE,
  FIELD_HEAD,
  FIELD_HOT_STRIDE,
  FIELD_INT8_ENTRY,
  FIELD_INT8_OFFSET,
  FIELD_INT8_STRIDE,
  FIELD_LINKS,
  FIELD_M,
  FIELD_M0,
  FIELD_PAGE_TABLE,
  HEAD_LEVELS,
  HEAD_TOMBSTONES,
  HEAD_UPPER,
} from '../layout';

/** Addresses of a row's parts. See layout.ts for the picture. */

@inline
function hotPage(field: u32, row: u32): u32 {
  return load<u32>(load<u32>(field, FIELD_PAGE_TABLE) + ((row >>> 8) << 3));
}

@inline
export function hotRow(field: u32, row: u32): u32 {
  return hotPage(field, row) + (row & 255) * load<u32>(field, FIELD_HOT_STRIDE);
}

@inline
export function coldRow(field: u32, row: u32): u32 {
  const page = load<u32>(load<u32>(field, FIELD_PAGE_TABLE) + ((row >>> 8) << 3), 4);
  return page + (row & 255) * load<u32>(field, FIELD_COLD_STRIDE);
}

/** Address of a row's int8 codes, with their tail behind; see FIELD_INT8_ENTRY. */
@inline
export function int8Row(field: u32, row: u32): u32 {
  const page = load<u32>(load<u32>(field, FIELD_PAGE_TABLE) + ((row >>> 8) << 3) + load<u32>(field, FIELD_INT8_ENTRY));
  return page + (row & 255) * load<u32>(field, FIELD_INT8_STRIDE) + load<u32>(field, FIELD_INT8_OFFSET);
}

/** Address of a row's list of links on a level: the word with length and lock, then the rows. */
@inline
export function linkList(field: u32, row: u32, level: u32): u32 {
  const page = hotPage(field, row);
  if (level == 0) {
    return page + load<u32>(field, FIELD_LINKS) + (row & 255) * ((load<u32>(field, FIELD_M0) + 1) << 2);
  }
  const upper = load<u32>(page + load<u32>(field, FIELD_HEAD) + ((row & 255) << 2), HEAD_UPPER);
  return upper + (level - 1) * ((load<u32>(field, FIELD_M) + 1) << 2);
}

@inline
export function rowLevel(field: u32, row: u32): u32 {
  return load<u8>(hotPage(field, row) + load<u32>(field, FIELD_HEAD) + (row & 255), HEAD_LEVELS);
}

@inline
export function isDead(field: u32, row: u32): bool {
  const head = hotPage(field, row) + load<u32>(field, FIELD_HEAD);
  return ((load<u8>(head + ((row & 255) >>> 3), HEAD_TOMBSTONES) >>> (row & 7)) & 1) != 0;
}
