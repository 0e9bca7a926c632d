import { Chance } from './chance.ts';
import { artistName, songTitle } from './words.ts';

/** A song of the catalogue, with the artist as its file has it. */
export interface Song {
  readonly songId: string;
  readonly trackId: string;
  readonly title: string;
  readonly duration: number;
  readonly year: number;
  readonly artist: Artist;
}

export interface Artist {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly coordinates: readonly [latitude: number, longitude: number] | undefined;
}

const cities: readonly (readonly [string, number, number])[] = [
  ['Nashville, TN.', 36.16778, -86.77836],
  ['London, England', 51.50632, -0.12714],
  ['California - LA', 34.05349, -118.24532],
  ['Detroit, MI', 42.33168, -83.04792],
  ['Göteborg, Sweden', 57.70133, 11.96689],
  ['Atlanta, GA', 33.74831, -84.39111],
  ['Oslo, Norway', 59.91228, 10.74998],
  ['27', 40.71455, -74.00712],
];

/**
 * Songs and their artists with the quirks of the real files: artists without a place, artists under several names, one
 * name of several artists, names that are numbers, years that are not known, and takes of one song that differ in
 * their duration only.
 */
export async function makeCatalogue(songs: number, seed: number, turn: () => Promise<void>): Promise<Song[]> {
  const chance = new Chance(seed);
  const artists = await makeArtists(Math.max(1, Math.ceil(songs / 3)), chance, turn);
  const catalogue: Song[] = [];
  while (catalogue.length < songs) {
    await turn();
    const before = catalogue.at(-1);
    const isAnotherTake = before !== undefined && chance.happens(0.04);
    const artist = isAnotherTake ? before.artist : chance.pick(artists);
    catalogue.push({
      songId: identifier('SO', chance),
      trackId: identifier('TR', chance),
      title: isAnotherTake ? before.title : songTitle(chance),
      duration: isAnotherTake
        ? roundedDuration(before.duration + chance.whole(2, 40))
        : roundedDuration(120 + chance.fraction() * 240),
      year: chance.happens(0.4) ? 0 : chance.whole(1960, 2010),
      artist: chance.happens(0.04) ? variant(artist, chance) : artist,
    });
  }
  return catalogue;
}

async function makeArtists(count: number, chance: Chance, turn: () => Promise<void>): Promise<Artist[]> {
  const artists: Artist[] = [];
  for (let i = 0; i < count; i++) {
    await turn();
    const place = chance.happens(0.45) ? chance.pick(cities) : undefined;
    artists.push({
      id: identifier('AR', chance),
      name: namesake(artists, chance) ?? (chance.happens(0.005) ? '112' : artistName(chance)),
      location: place?.[0] ?? '',
      coordinates: place !== undefined && chance.happens(0.7) ? [place[1], place[2]] : undefined,
    });
  }
  return artists;
}

/** Now and then another artist has the same name. */
function namesake(artists: readonly Artist[], chance: Chance): string | undefined {
  return artists.length > 0 && chance.happens(0.01) ? chance.pick(artists).name : undefined;
}

/** The same artist as another file has it: with a guest, or with a place that this one does not know. */
function variant(artist: Artist, chance: Chance): Artist {
  if (chance.happens(0.5)) return { ...artist, name: `${artist.name} / ${artistName(chance)}` };
  return { ...artist, location: '', coordinates: undefined };
}

/** A duration as the files have it: five digits behind the point. */
export function roundedDuration(seconds: number): number {
  return Math.round(seconds * 100_000) / 100_000;
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Two letters, five letters and eleven of hexadecimal, as in `TRAAAAW128F429D538`. */
function identifier(prefix: 'SO' | 'TR' | 'AR', chance: Chance): string {
  const name = Array.from({ length: 5 }, () => letters[chance.whole(0, 25)]).join('');
  const number = Array.from({ length: 11 }, () => chance.whole(0, 15).toString(16).toUpperCase()).join('');
  return prefix + name + number;
}
