/** Where a provider's region lies: its city, the continent it is listed under, and its place on the globe in degrees. */
export type RegionPlace = { city: string; continent: Continent; lon: number; lat: number };

export type Continent = "North America" | "South America" | "Europe" | "Middle East and Africa" | "Asia and Pacific";

const place = (city: string, continent: Continent, lon: number, lat: number): RegionPlace => ({
  city,
  continent,
  lon,
  lat,
});

/** The regions of AWS, by the cities that AWS names. */
const places: Readonly<Record<string, RegionPlace>> = {
  "us-east-1": place("Northern Virginia", "North America", -77.5, 38.9),
  "us-east-2": place("Ohio", "North America", -82.9, 40),
  "us-west-1": place("Northern California", "North America", -121.9, 37.4),
  "us-west-2": place("Oregon", "North America", -119.7, 45.8),
  "us-gov-east-1": place("GovCloud east", "North America", -82.9, 40),
  "us-gov-west-1": place("GovCloud west", "North America", -119.7, 45.8),
  "ca-central-1": place("Montréal", "North America", -73.6, 45.5),
  "ca-west-1": place("Calgary", "North America", -114.1, 51),
  "mx-central-1": place("Querétaro", "North America", -100.4, 20.6),
  "sa-east-1": place("São Paulo", "South America", -46.6, -23.5),
  "eu-central-1": place("Frankfurt", "Europe", 8.7, 50.1),
  "eu-central-2": place("Zürich", "Europe", 8.5, 47.4),
  "eu-west-1": place("Dublin", "Europe", -6.3, 53.3),
  "eu-west-2": place("London", "Europe", -0.1, 51.5),
  "eu-west-3": place("Paris", "Europe", 2.4, 48.9),
  "eu-north-1": place("Stockholm", "Europe", 18.1, 59.3),
  "eu-south-1": place("Milan", "Europe", 9.2, 45.5),
  "eu-south-2": place("Zaragoza", "Europe", -0.9, 41.6),
  "eusc-de-east-1": place("Brandenburg", "Europe", 13.4, 52.4),
  "il-central-1": place("Tel Aviv", "Middle East and Africa", 34.8, 32.1),
  "me-south-1": place("Bahrain", "Middle East and Africa", 50.6, 26.2),
  "me-central-1": place("United Arab Emirates", "Middle East and Africa", 54.4, 24.5),
  "af-south-1": place("Cape Town", "Middle East and Africa", 18.4, -33.9),
  "ap-south-1": place("Mumbai", "Asia and Pacific", 72.9, 19.1),
  "ap-south-2": place("Hyderabad", "Asia and Pacific", 78.5, 17.4),
  "ap-southeast-1": place("Singapore", "Asia and Pacific", 103.8, 1.35),
  "ap-southeast-2": place("Sydney", "Asia and Pacific", 151.2, -33.9),
  "ap-southeast-3": place("Jakarta", "Asia and Pacific", 106.8, -6.2),
  "ap-southeast-4": place("Melbourne", "Asia and Pacific", 145, -37.8),
  "ap-southeast-5": place("Kuala Lumpur", "Asia and Pacific", 101.7, 3.1),
  "ap-southeast-6": place("Auckland", "Asia and Pacific", 174.8, -36.8),
  "ap-southeast-7": place("Bangkok", "Asia and Pacific", 100.5, 13.8),
  "ap-east-1": place("Hong Kong", "Asia and Pacific", 114.2, 22.3),
  "ap-east-2": place("Taipei", "Asia and Pacific", 121.6, 25),
  "ap-northeast-1": place("Tokyo", "Asia and Pacific", 139.7, 35.7),
  "ap-northeast-2": place("Seoul", "Asia and Pacific", 127, 37.6),
  "ap-northeast-3": place("Osaka", "Asia and Pacific", 135.5, 34.7),
  "cn-north-1": place("Beijing", "Asia and Pacific", 116.4, 39.9),
  "cn-northwest-1": place("Ningxia", "Asia and Pacific", 105.2, 37.5),
};

/** Where a region lies; null for one that is not known here. */
export const placeOf = (region: string): RegionPlace | null =>
  Object.hasOwn(places, region) ? (places[region] ?? null) : null;
