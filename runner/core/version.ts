/** Set by the build to the version in package.json. */
declare const VERSION: string | undefined;

/** The version of this program; `0.0.0` when it runs from its sources. */
export const version = typeof VERSION === 'undefined' ? '0.0.0' : VERSION;
