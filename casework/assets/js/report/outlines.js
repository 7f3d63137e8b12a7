// The outlines of the grids around one's work, kept on the phone: a position has its grid's name at once, also without a net.

const KEPT = "outlines";

// {stamp, grids: [{code, name, rings: [[[lon, lat], …]]}]}
export async function outlines(address, user) {
  const key = `${KEPT}:${user}`;
  const known = read(key);
  const fresh = fetch(address, { credentials: "same-origin" })
    .then((answer) => (answer.ok && !answer.redirected ? answer.json() : known))
    .then((told) => {
      if (told && told.stamp !== known?.stamp) write(key, told);
      return told || { stamp: "", grids: [] };
    })
    .catch(() => known || { stamp: "", grids: [] });
  return known || fresh;
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch (error) {
    return null;
  }
}

function write(key, told) {
  try {
    for (const name of Object.keys(localStorage)) if (name.startsWith(`${KEPT}:`)) localStorage.removeItem(name);
    localStorage.setItem(key, JSON.stringify(told));
  } catch (error) {
    console.info("no room to keep the outlines of the grids");
  }
}

export function gridAt(grids, lat, lon) {
  return grids.find((grid) => grid.rings.some((ring) => isInside(ring, lon, lat))) || null;
}

// Even-odd rule, along the parallel.
function isInside(ring, x, y) {
  let inside = false;
  for (let here = 0, before = ring.length - 1; here < ring.length; before = here++) {
    const [xa, ya] = ring[here];
    const [xb, yb] = ring[before];
    if (ya > y !== yb > y && x < ((xb - xa) * (y - ya)) / (yb - ya) + xa) inside = !inside;
  }
  return inside;
}
