const plain = (text: string) => text.replaceAll(/[\\%_]/g, "\\$&");

/** The pattern of `like` that finds a text anywhere; wildcards in it mean themselves. */
export const likeAnywhere = (text: string) => `%${plain(text)}%`;

/** The pattern of `like` that finds what begins with a text; wildcards in it mean themselves. */
export const likeStart = (text: string) => `${plain(text)}%`;
