/** The outcome of storing a text as a type: the text as every engine takes it, null for SQL's null, or what is wrong with it. */
export type Fit = { readonly text: string | null } | { readonly problem: string };

export const hasNul = 'contains the character U+0000, which no warehouse can store';
