/** Set by the build: the version in package.json, and a hash of the runner's own code. */
declare const VERSION: string | undefined;
declare const BUILD_ID: string | undefined;

/** The name of this program, by which what it makes is known to others. */
export const program = 'sparkify-run';

/** The version of this program; `0.0.0` when it runs from its sources. */
export const version = typeof VERSION === 'undefined' ? '0.0.0' : VERSION;

/** What a cache must be made by to be of use; undefined, and no cache is used, when it runs from its sources. */
export const buildId = typeof BUILD_ID === 'undefined' ? undefined : BUILD_ID;
