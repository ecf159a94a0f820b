import { describe, expect, it } from "vitest";
import { placeOf } from "./region-places";
import { isLand, type LonLat, landDots, windowOn } from "./world";

describe("the map of the world", () => {
  it.each<[string, LonLat, boolean]>([
    ["Kansas", [-98, 38], true],
    ["Germany", [10, 51], true],
    ["the Congo", [23, -1], true],
    ["the outback", [134, -25], true],
    ["the middle of the Atlantic", [-35, 35], false],
    ["the Gulf of Mexico", [-90, 25], false],
    ["the Indian Ocean", [80, -20], false],
  ])("knows %s as land or sea", (_, at, expected) => {
    expect(isLand(at)).toBe(expected);
  });

  it.each<[string, string[]]>([
    ["one region", ["eu-central-1"]],
    ["two beside each other", ["eu-central-1", "eu-west-1"]],
    ["two across an ocean", ["eu-central-1", "us-east-1"]],
    ["the ends of the earth", ["us-west-1", "ap-southeast-6", "sa-east-1", "eu-north-1"]],
    ["the far south", ["ap-southeast-4", "af-south-1"]],
  ])("shows %s with some land around", (_, regions) => {
    const places = regions.map((region): LonLat => {
      const place = placeOf(region);
      if (!place) throw new Error(region);
      return [place.lon, place.lat];
    });
    const view = windowOn(places, 2);
    for (const [lon, lat] of places) {
      expect(lon).toBeGreaterThan(view.west);
      expect(lon).toBeLessThan(view.west + view.lonSpan);
      expect(lat).toBeLessThan(view.north);
      expect(lat).toBeGreaterThan(view.north - view.latSpan);
    }
    expect(landDots(view, 60).length).toBeGreaterThan(20);
  });

  it("says nothing of a region it does not know", () => {
    expect(placeOf("mars-north-1")).toBeNull();
    expect(placeOf("toString")).toBeNull();
  });
});
