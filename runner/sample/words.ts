import type { Chance } from './chance.ts';

const beginnings = [
  'b',
  'br',
  'c',
  'ch',
  'd',
  'f',
  'g',
  'gr',
  'h',
  'j',
  'k',
  'kl',
  'l',
  'm',
  'n',
  'p',
  'r',
  's',
  'sh',
  'st',
  't',
  'tr',
  'v',
  'w',
  'z',
];
const vowels = ['a', 'e', 'i', 'o', 'u', 'ai', 'ea', 'ie', 'oo'];
const accented = ['á', 'é', 'í', 'ó', 'ú', 'ä', 'ö', 'ü', 'å', 'ø', 'ñ', 'ç', 'è', 'ê', 'ã', 'ß'];
const endings = ['', '', 'n', 'r', 's', 'l', 'm', 'nd', 'rk', 't'];
const titleWords = [
  'Night',
  'Love',
  'River',
  'Fire',
  'Home',
  'Dream',
  'Summer',
  'Heart',
  'City',
  'Light',
  'Rain',
  'Road',
  'Dance',
  'Blue',
  'Golden',
  'Broken',
  'Last',
  'Wild',
  'Silent',
  'Tomorrow',
];

export const firstNames = [
  'Ada',
  'Alma',
  'Amos',
  'Ava',
  'Basil',
  'Celia',
  'Cleo',
  'Dora',
  'Edda',
  'Elio',
  'Emil',
  'Fay',
  'Gus',
  'Hugo',
  'Ida',
  'Ines',
  'Iris',
  'Ivo',
  'Jonas',
  'Juno',
  'Kaia',
  'Kit',
  'Lena',
  'Leo',
  'Lola',
  'Mara',
  'Milo',
  'Nell',
  'Nico',
  'Nora',
  'Olga',
  'Otis',
  'Pia',
  'Quinn',
  'Rafa',
  'Rosa',
  'Ruben',
  'Selma',
  'Tess',
  'Theo',
  'Uma',
  'Vera',
  'Wim',
  'Xenia',
  'Yara',
  'Zoe',
];
export const lastNames = [
  'Abbot',
  'Ames',
  'Baker',
  'Banks',
  'Bell',
  'Boyd',
  'Burke',
  'Carr',
  'Cole',
  'Cross',
  'Dale',
  'Dunn',
  'Ellis',
  'Frost',
  'Gale',
  'Grant',
  'Hale',
  'Hayes',
  'Hill',
  'Hunt',
  'Irwin',
  'James',
  'Keller',
  'Lane',
  'Lowe',
  'Marsh',
  'Mills',
  'Nash',
  'North',
  'Owens',
  'Page',
  'Park',
  'Quick',
  'Reed',
  'Rose',
  'Shaw',
  'Stone',
  'Tate',
  'Vance',
  'Wade',
  'Ward',
  'West',
  'Wolfe',
  'York',
];

/** A made-up word with a capital letter; one in `1 / accents` has a letter with an accent. */
export function word(chance: Chance, accents: number): string {
  const syllables = chance.whole(1, 3);
  let text = '';
  for (let i = 0; i < syllables; i++)
    text +=
      chance.pick(beginnings) +
      (chance.happens(accents) ? chance.pick(accented) : chance.pick(vowels)) +
      chance.pick(endings);
  return text[0]?.toUpperCase() + text.slice(1);
}

/** An artist's name; commas stand as underscores, as in the real data. */
export function artistName(chance: Chance): string {
  const first = word(chance, 0.06);
  switch (chance.whole(0, 4)) {
    case 0:
      return `The ${first}s`;
    case 1:
      return `${first} ${word(chance, 0.06)}`;
    case 2:
      return `${first} & ${word(chance, 0.06)}`;
    case 3:
      return chance.happens(0.2) ? `${first}_ ${word(chance, 0)} & Sons` : first;
    default:
      return `${chance.pick(firstNames)} ${first}`;
  }
}

export function songTitle(chance: Chance): string {
  const words = Array.from({ length: chance.whole(1, 3) }, () =>
    chance.happens(0.6) ? chance.pick(titleWords) : word(chance, 0.06),
  );
  const title = words.join(' ');
  if (chance.happens(0.05)) return `${title} (Live)`;
  if (chance.happens(0.03)) return `"${title}"`;
  return chance.happens(0.04) ? `Hey_ ${title}` : title;
}

/**
 * Text decoded wrongly twice, as about one play in twenty of the real logs has it: its UTF-8 bytes read as Latin-1, two
 * rounds.
 */
export function garbled(text: string): string {
  // oxlint-disable-next-line no-control-regex
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  const once = (plain: string): string => Buffer.from(plain, 'utf8').toString('latin1');
  return once(once(text));
}
