// oxlint-disable-next-line no-control-regex
const controlCharacters = /[\0-\x08\x0b-\x1f\x7f-\x9f]/g;

/**
 * Text from outside the program as it may be written to a terminal: a control character, which could move the cursor or hide
 * what is written there, becomes its picture of one column (Unicode block 2400, U+FFFD for those above it). Tabs and line feeds stay.
 */
export function printable(text: string): string {
  return text.replaceAll(controlCharacters, pictured);
}

function pictured(character: string): string {
  const code = character.charCodeAt(0);
  if (code === 0x7f) return '\u2421';
  return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\ufffd';
}

/** JSON without the control characters that JSON itself allows, as escapes that a JSON reader gives back. */
export function printableJson(json: string): string {
  return json.replaceAll(/[\x7f-\x9f]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
}
