/** A point on the globe in degrees, east and north. */
export type LonLat = readonly [lon: number, lat: number];

const points = (text: string): LonLat[] =>
  text.split(" ").map((pair) => {
    const [lon = 0, lat = 0] = pair.split(",").map(Number);
    return [lon, lat];
  });

// Drawn by hand, roughly: the land only says where a mark lies, as dots on a grid of a few degrees.
const outlines: readonly LonLat[][] = [
  "-168,66 -156,71 -128,70 -110,73 -95,72 -85,68 -94,59 -82,55 -79,52 -77,57 -78,62 -65,59 -56,52 -60,47 -66,44 -70,42 -74,40 -76,35 -81,31 -80,25.5 -83,30 -90,29.5 -97,27 -97,22 -94,18 -90,21 -87,21 -88,16 -83,15 -83,10 -78,9 -80,7.5 -86,12 -92,14.5 -97,16 -105,20 -110,24 -112,30 -117,33 -121,36 -124,41 -124,48 -130,54 -140,60 -150,60 -158,57 -164,55 -158,59 -165,61",
  "-73,78 -60,82 -30,83 -20,76 -22,70 -40,65 -44,60 -52,64 -55,70 -68,76",
  "-85,22 -75,20 -70,19 -69,18 -77,19.5 -84,22",
  "-77,8 -72,12 -62,10.5 -52,5 -50,0 -44,-2.5 -35,-6 -39,-14 -41,-22 -48,-26 -54,-34 -58,-38.5 -65,-42 -68,-50 -69,-54.5 -74,-52 -74,-42 -71,-30 -70,-18 -76,-14 -81,-6 -80,1",
  "-6,35.5 10,37 11,33.5 20,31.5 32,31 35,28 37,21 43,12 51,11.5 47,4 41,-2 39,-7 40,-15 35,-20 33,-26 27,-33.5 19,-34.5 17,-29 12,-18 13,-8 9,-1 9,4 3,6.5 -8,4.5 -13,8.5 -17,14 -17,21 -13,27.5 -9.5,31",
  "49,-12 50,-16 47,-25 44,-24 44,-17",
  "-9,43.5 -1.5,43.5 -1,46.5 -4.5,48.5 2,51 8,54 8,57 10.5,57.5 12,55.5 14,54 21,55 23,59 30,60 25,60.2 22,61 25,65.5 22,65.5 17,61 18,59.5 16,56 13,55.5 11,59 6,58 5,62 14,68 25,71 41,67 44,66 44,68.5 60,69 68,69 73,72 80,73.5 104,77.5 113,74 130,71 160,70 180,69 180,65 171,60 163,58 162,52 157,51 156,57 163,62 155,59.5 142,59 135,54.5 141,53 140,48 132,43 129,41 127.5,39.5 129.5,36 126.5,34.5 126,37.5 121.5,40.5 118,39 122,37 119.5,35 122,30 119,25.5 110,21 106,19 109,13 105,9 100,13.5 99,9 104,1.5 101,3 98,8 98,16 94,17 90,22 86,20 80,15 80,10 77.5,8 73,18 72.5,21 67,25 57,26 51,28 48,30 51,25 56,24.5 60,22.5 55,17.5 45,13 43,17 39,21 35,28 35,33 36,36.5 28,36.5 26.5,40 29,41 36,41.5 41.5,41.5 37,45 39,47 33,46 28.5,44 28,41.5 23.5,40.5 23,37 20,40 19,42 13.5,45.5 13,44 18,40 16,38 12,42 8.5,44 3,42.5 0,39.5 -2,36.8 -6,36.2 -9,37",
  "-5.5,50 1.5,51.3 1.5,52.8 -1.5,55 -2,57.5 -5,58.5 -5.5,56 -3,54 -5,52",
  "-10,51.5 -6,52 -6,55 -10,54",
  "-24,65.5 -14,65 -18,63.4 -22,64",
  "130,31.5 135,33.5 140,35 142,39.5 145,43.5 142,45.5 140,42 139,38 133,35.5 130,33.5",
  "95.5,5.5 105,-5.8 103,-1 98,4",
  "105.5,-6.5 114.5,-7.5 114.5,-8.6 106,-7.5",
  "109,1.5 117,7 119,1 116,-4 110,-3",
  "119.5,-5 120,0.5 125,1.5 122,-5",
  "131,-1 141,-2.5 150,-10 143,-8.5 138,-8",
  "120,18.5 122,18 126,7 122,7 120,14",
  "114,-22 122,-18 130,-12 136.5,-12 136,-16 140,-17.5 142.5,-11 146,-19 153,-26 153,-31 150,-37.5 144,-38.5 138,-34 131,-31.5 124,-33.5 115,-34.5 113.5,-26",
  "173,-35 178,-38 174,-41.5 168,-46.5 171,-43 174,-40",
].map(points);

type Land = { outline: readonly LonLat[]; west: number; east: number; south: number; north: number };

const lands = outlines.map((outline): Land => {
  const lons = outline.map(([lon]) => lon);
  const lats = outline.map(([, lat]) => lat);
  return {
    outline,
    west: Math.min(...lons),
    east: Math.max(...lons),
    south: Math.min(...lats),
    north: Math.max(...lats),
  };
});

/** Whether an even-odd ray from the point crosses the outline an odd number of times. */
function isWithin(lon: number, lat: number, { outline, west, east, south, north }: Land): boolean {
  if (lon < west || lon > east || lat < south || lat > north) return false;
  let within = false;
  let before = outline.at(-1);
  for (const corner of outline) {
    if (before && corner[1] > lat !== before[1] > lat) {
      const crossing = ((before[0] - corner[0]) * (lat - corner[1])) / (before[1] - corner[1]) + corner[0];
      if (lon < crossing) within = !within;
    }
    before = corner;
  }
  return within;
}

export const isLand = ([lon, lat]: LonLat): boolean => lands.some((land) => isWithin(lon, lat, land));

/** A window onto the map: the degrees it shows, west and north edge first. */
export type MapWindow = { west: number; north: number; lonSpan: number; latSpan: number };

const narrowestDegrees = 70;
const widestDegrees = 350;
const marginShare = 0.28;
const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), Math.max(low, high));

/** The smallest window of this shape that shows all places with room around them, and some land to know them by. */
export function windowOn(places: readonly LonLat[], ratio: number): MapWindow {
  const lons = places.map(([lon]) => lon);
  const lats = places.map(([, lat]) => lat);
  const [west, east] = [Math.min(...lons), Math.max(...lons)];
  const [south, north] = [Math.min(...lats), Math.max(...lats)];
  const wanted = Math.max((east - west) * (1 + 2 * marginShare), (north - south) * (1 + 2 * marginShare) * ratio);
  const lonSpan = clamp(wanted, narrowestDegrees, widestDegrees);
  const latSpan = lonSpan / ratio;
  return {
    west: clamp((west + east - lonSpan) / 2, -172, 190 - lonSpan),
    north: clamp((south + north + latSpan) / 2, latSpan - 62, 84),
    lonSpan,
    latSpan,
  };
}

/** The land in a window as dots on a grid of so many columns, each as shares of the window's width and height. */
export function landDots({ west, north, lonSpan, latSpan }: MapWindow, columns: number): LonLat[] {
  const step = lonSpan / columns;
  const dots: LonLat[] = [];
  for (let row = 0.5; row * step < latSpan; row += 1)
    for (let column = 0.5; column < columns; column += 1)
      if (isLand([west + column * step, north - row * step])) dots.push([column / columns, (row * step) / latSpan]);
  return dots;
}
