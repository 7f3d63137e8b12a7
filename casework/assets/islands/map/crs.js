// Everything is drawn in WGS-84. Where tiles are cut in GCJ-02, the projection itself carries the shift, so that outlines,
// points, lasso and clicks stay what they are. The same formulas as grid/coordinates.py, which a test compares.

import { CRS, extend, latLng, Projection } from "leaflet";

const AXIS = 6_378_245;
const FLATTENING = 0.00669342162296594323;
const { sin, cos, sqrt, abs, PI } = Math;

export function gcj02({ lat, lng }) {
  const x = lng - 105;
  const y = lat - 35;
  const bend = 1 - FLATTENING * sin((lat * PI) / 180) ** 2;
  const north = (northBy(x, y) * 180) / (((AXIS * (1 - FLATTENING)) / (bend * sqrt(bend))) * PI);
  const east = (eastBy(x, y) * 180) / ((AXIS / sqrt(bend)) * cos((lat * PI) / 180) * PI);
  return latLng(lat + north, lng + east);
}

export function wgs84(place) {
  let { lat, lng } = place;
  for (let round = 0; round < 6; round++) {
    const there = gcj02({ lat, lng });
    lat += place.lat - there.lat;
    lng += place.lng - there.lng;
  }
  return latLng(lat, lng);
}

function waves(value) {
  return ((20 * sin(6 * value * PI) + 20 * sin(2 * value * PI)) * 2) / 3;
}

function northBy(x, y) {
  const plane = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x));
  const short = ((20 * sin(y * PI) + 40 * sin((y / 3) * PI)) * 2) / 3;
  return plane + waves(x) + short + ((160 * sin((y / 12) * PI) + 320 * sin((y * PI) / 30)) * 2) / 3;
}

function eastBy(x, y) {
  const plane = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x));
  const short = ((20 * sin(x * PI) + 40 * sin((x / 3) * PI)) * 2) / 3;
  return plane + waves(x) + short + ((150 * sin((x / 12) * PI) + 300 * sin((x / 30) * PI)) * 2) / 3;
}

const MERCATOR = Projection.SphericalMercator;
const SHIFTED = extend({}, CRS.EPSG3857, {
  projection: {
    R: MERCATOR.R,
    bounds: MERCATOR.bounds,
    project: (place) => MERCATOR.project(gcj02(place)),
    unproject: (point) => wgs84(MERCATOR.unproject(point)),
  },
});

export function crsOf(name) {
  return name === "gcj02" ? SHIFTED : CRS.EPSG3857;
}
