import type { Song } from './catalogue.ts';
import { roundedDuration } from './catalogue.ts';
import type { Chance } from './chance.ts';
import { powerLaw, Weighted } from './chance.ts';
import { artistName, garbled, songTitle } from './words.ts';

/** A song as a player logs it. */
export interface Played {
  /** As written to the log: perhaps garbled. */
  readonly song: string;
  readonly artist: string;
  /** As meant. */
  readonly title: string;
  readonly name: string;
  readonly length: number;
}

/** How much of what is played is in the catalogue: far less than all of it, as with the real data. */
const catalogueShare = 0.12;

/** Draws songs by popularity, from the catalogue and from all that is not in it. */
export class Listening {
  readonly #catalogue: readonly Song[];
  readonly #popularity: Weighted;
  readonly #elsewhere: readonly { readonly title: string; readonly artist: string; readonly duration: number }[];
  readonly #elsewherePopularity: Weighted;

  constructor(catalogue: readonly Song[], chance: Chance) {
    this.#catalogue = catalogue;
    this.#popularity = new Weighted(powerLaw(catalogue.length, 0.9));
    this.#elsewhere = Array.from({ length: Math.min(20_000, Math.max(200, catalogue.length * 4)) }, () => ({
      title: songTitle(chance),
      artist: artistName(chance),
      duration: roundedDuration(120 + chance.fraction() * 240),
    }));
    this.#elsewherePopularity = new Weighted(powerLaw(this.#elsewhere.length, 0.8));
  }

  next(chance: Chance): Played {
    const song = chance.happens(catalogueShare) ? this.#catalogue[this.#popularity.draw(chance)] : undefined;
    if (song === undefined) {
      const { title = '', artist = '', duration = 0 } = this.#elsewhere[this.#elsewherePopularity.draw(chance)] ?? {};
      return played(title, artist, duration, chance);
    }
    // Another edition of the same song runs for some seconds more or less.
    const length = chance.happens(0.15) ? roundedDuration(song.duration + chance.whole(-6, 6)) : song.duration;
    return played(song.title, song.artist.name, length, chance);
  }
}

function played(title: string, name: string, length: number, chance: Chance): Played {
  const isGarbled = chance.happens(0.9);
  return { song: isGarbled ? garbled(title) : title, artist: isGarbled ? garbled(name) : name, title, name, length };
}
