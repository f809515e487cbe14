/** Ids made in the browser, so that sending twice does no harm. */

/** A UUID of version 7: in order of time, also without https (where the browser offers no `randomUUID`). */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const now = BigInt(Date.now());
  for (let index = 0; index < 6; index += 1) bytes[index] = Number((now >> BigInt(40 - 8 * index)) & 0xffn);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** The id under which an area is a subject, as the server makes it from the code. */
export function subjectOfArea(code: string): string {
  const low = BigInt(code).toString(16).padStart(16, "0");
  // The mark stands in the upper half and in the first bit of the lower.
  const marked = (BigInt(`0x${low}`) | 0x8000000000000000n).toString(16).padStart(16, "0");
  return `a2ea0000-0000-8000-${marked.slice(0, 4)}-${marked.slice(4)}`;
}
