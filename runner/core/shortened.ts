/** A text of at most `length` UTF-16 code units: the end of a longer one is cut off, which shows by a `…`. */
export function shortened(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
