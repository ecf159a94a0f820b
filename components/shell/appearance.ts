export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

export const densities = ["normal", "compact"] as const;
export type Density = (typeof densities)[number];

export const themeCookie = "holdfast-theme";
export const densityCookie = "holdfast-density";

/** The theme a cookie names; anything else follows the system. */
export const toTheme = (value: string | undefined): Theme => themes.find((theme) => theme === value) ?? "system";

/** The density a cookie names; anything else is the normal one. */
export const toDensity = (value: string | undefined): Density =>
  densities.find((density) => density === value) ?? "normal";
