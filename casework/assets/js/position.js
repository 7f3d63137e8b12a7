// Where the phone is: the best of the readings within eight seconds.

const WAIT = 8_000;
const GOOD_ENOUGH = 10;

// Calls `found` with each better reading; resolves with the best, or null where there is none.
export function locate(found) {
  if (!navigator.geolocation || !window.isSecureContext) return Promise.resolve(null);
  return new Promise((done) => {
    let best = null;
    let watch = 0;
    const end = () => {
      navigator.geolocation.clearWatch(watch);
      clearTimeout(timer);
      done(best);
    };
    const timer = setTimeout(end, WAIT);
    watch = navigator.geolocation.watchPosition(
      ({ coords }) => {
        if (best && coords.accuracy >= best.accuracy) return;
        best = { lat: coords.latitude, lon: coords.longitude, accuracy: coords.accuracy };
        found(best);
        if (best.accuracy <= GOOD_ENOUGH) end();
      },
      () => end(),
      { enableHighAccuracy: true, maximumAge: 15_000, timeout: WAIT },
    );
  });
}
