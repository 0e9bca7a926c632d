import type { Fit } from './fitted.ts';
import { hasNul } from './fitted.ts';
import type { JsonNode, JsonObject } from './parse.ts';

/** How deep arrays and objects of a SUPER value may be nested (AWS, "Limitations" of SUPER). */
const maxDepth = 1000;

/** The digits that a decimal number keeps exactly; with more it is a double precision number, as in Redshift. */
const exactDigits = 38;

/**
 * A JSON value as a SUPER column stores it, in one spelling for all engines: without blanks, of a repeated key the first
 * value, and numbers by their value, so that 1.50 and 15e-1 are 1.5.
 */
export function fitSuper(node: JsonNode): Fit {
  try {
    return { text: normalized(node, 0) };
  } catch (error) {
    if (error instanceof Unfit) return { problem: error.message };
    throw error;
  }
}

class Unfit extends Error {}

function normalized(node: JsonNode, depth: number): string {
  if (depth > maxDepth) throw new Unfit(`is nested more than ${maxDepth} deep`);
  switch (node.kind) {
    case 'array':
      return `[${node.items.map((item) => normalized(item, depth + 1)).join(',')}]`;
    case 'object':
      return objectText(node, depth);
    case 'string':
      return stringText(node.text);
    case 'number':
      return numberText(node.text);
    default:
      return node.text;
  }
}

function objectText({ fields }: JsonObject, depth: number): string {
  return `{${[...fields].map(([key, value]) => `${stringText(key)}:${normalized(value, depth + 1)}`).join(',')}}`;
}

function stringText(text: string): string {
  if (text.includes('\0')) throw new Unfit(hasNul);
  return JSON.stringify(text);
}

/** A JSON number by its value: 1.50 is 1.5, 1e2 is 100, -0 is 0. Very large and very small ones have an exponent. */
function numberText(text: string): string {
  const { sign, digits, exponent } = scientific(text);
  if (digits === '') return '0';
  const double = Number(text);
  if (!Number.isFinite(double) || double === 0) throw new Unfit(`has a number that is out of range: ${text}`);
  if (digits.length > exactDigits) return numberText(String(double));
  if (exponent < -exactDigits || exponent > exactDigits)
    return `${sign}${digits[0]}${digits.length > 1 ? `.${digits.slice(1)}` : ''}e${exponent < 0 ? '' : '+'}${exponent}`;
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const fraction = digits.slice(exponent + 1);
  return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** A number as its digits, the first of which is not zero, and the power of ten of that first digit; no digits for zero. */
function scientific(text: string): { sign: string; digits: string; exponent: number } {
  const [, minus = '', whole = '', fraction = '', power = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const all = whole + fraction;
  const first = all.search(/[1-9]/);
  const digits = first === -1 ? '' : all.slice(first).replace(/0+$/, '');
  return { sign: minus, digits, exponent: Number(power) + whole.length - 1 - first };
}
