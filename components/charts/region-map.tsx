import { plural } from "@/lib/core/words";
import { placeOf } from "./region-places";
import { type LonLat, landDots, windowOn } from "./world";

export type RegionMark = {
  region: string;
  /** How many of the system's resources run here. */
  production: number;
  /** How many usable points are kept here. */
  points: number;
  /** Some of them are beyond everybody's reach: locked for good, or in an air-gapped vault. */
  locked: boolean;
  /** Data lies here that may not be kept here. */
  outside: boolean;
};

const width = 640;
const height = 300;
const columns = 76;
const radius = 11;
/** Marks nearer than this are moved apart, so that each can be read. */
const nearestPx = 27;

type Placed = RegionMark & { x: number; y: number; number: number };

/** Moves marks that touch away from each other, a little at a time. */
function spread(marks: Placed[]): Placed[] {
  for (let round = 0; round < 24; round += 1)
    for (const [index, one] of marks.entries())
      for (const other of marks.slice(index + 1)) {
        const gap = Math.hypot(other.x - one.x, other.y - one.y);
        if (gap >= nearestPx) continue;
        const push = (nearestPx - gap) / 2;
        const [dx, dy] = gap === 0 ? [1, 0] : [(other.x - one.x) / gap, (other.y - one.y) / gap];
        one.x -= dx * push;
        one.y -= dy * push;
        other.x += dx * push;
        other.y += dy * push;
      }
  return marks;
}

/** What a region is to a system, in words. */
export function regionWords({ production, points, locked, outside }: RegionMark): string {
  const parts = [
    ...(production > 0 ? [`${plural(production, "resource")} in production`] : []),
    ...(points > 0 ? [`${plural(points, "usable point")}${locked ? ", some locked for good" : ""}`] : []),
  ];
  return `${parts.join(", ") || "nothing usable"}${outside ? ", where data may not be kept" : ""}`;
}

/** The land as one path of round dots. */
const dotPath = (dots: readonly LonLat[]) =>
  dots.map(([x, y]) => `M${(x * width).toFixed(1)} ${(y * height).toFixed(1)}h0`).join("");

function Mark({ mark }: { mark: Placed }) {
  const inProduction = mark.production > 0;
  return (
    <g transform={`translate(${mark.x.toFixed(1)} ${mark.y.toFixed(1)})`}>
      <title>{`${mark.region}: ${regionWords(mark)}`}</title>
      {/* A phone shows the map at half its size. */}
      <g className="max-sm:scale-165">
        <circle
          r={radius}
          strokeWidth="1.8"
          className={inProduction ? "fill-ink stroke-surface" : "fill-surface stroke-ink-2"}
        />
        <text
          textAnchor="middle"
          dy="4"
          className={`text-[11.5px] font-semibold ${inProduction ? "fill-surface" : "fill-ink"}`}
        >
          {mark.number}
        </text>
        {mark.outside ? <path d="M-9-17-2-5H-16z" strokeWidth="1.4" className="fill-warn stroke-surface" /> : null}
        {mark.locked ? (
          <path d="M9-15.5 15-9.5 9-3.5 3-9.5z" strokeWidth="1.4" className="fill-lock stroke-surface" />
        ) : null}
      </g>
    </g>
  );
}

/** Where a system runs and where its copies lie, numbered as in the table beside it. */
export function RegionMap({ marks }: { marks: readonly RegionMark[] }) {
  const found = marks.flatMap((mark, index) => {
    const place = placeOf(mark.region);
    return place ? [{ mark, place, number: index + 1 }] : [];
  });
  if (found.length === 0) return null;
  const view = windowOn(
    found.map(({ place }): LonLat => [place.lon, place.lat]),
    width / height,
  );
  const placed = spread(
    found.map(({ mark, place, number }) => ({
      ...mark,
      number,
      x: ((place.lon - view.west) / view.lonSpan) * width,
      y: ((view.north - place.lat) / view.latSpan) * height,
    })),
  );
  const [home] = placed.filter(({ production }) => production > 0);
  const label = `Map: ${placed.map((mark) => `${mark.region}, ${regionWords(mark)}`).join("; ")}`;
  return (
    <svg role="img" aria-label={label} viewBox={`0 0 ${width} ${height}`} className="block h-auto w-full">
      <path
        d={dotPath(landDots(view, columns))}
        strokeWidth="3.6"
        strokeLinecap="round"
        className="stroke-line-strong"
      />
      {home
        ? placed
            .filter((mark) => mark !== home && mark.points > 0)
            .map((mark) => (
              <path
                key={mark.region}
                d={`M${home.x} ${home.y}Q${(home.x + mark.x) / 2} ${Math.min(home.y, mark.y) - Math.abs(home.x - mark.x) / 7} ${mark.x} ${mark.y}`}
                fill="none"
                strokeWidth="1.4"
                strokeDasharray="3 3"
                className="stroke-ink-3"
              />
            ))
        : null}
      {placed.map((mark) => (
        <Mark key={mark.region} mark={mark} />
      ))}
    </svg>
  );
}
