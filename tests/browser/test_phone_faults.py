"""Two hundred reports, each through a random run of faults, from the phone's own outbox to the real server.

Lines are cut, answers dropped after the commit, pages of somebody else's gate come instead of ours, the server is busy,
the log-in is over, the phone's clock is a day off, the server is killed and started again, the browser is closed in the
middle. What counts in the end is the database: as many cases as reports, none twice, each with its photo.
"""

import random
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import BrowserContext, Page

from casework.launch import children, demo
from casework.launch.places import ASSETS
from grid.services.demo import PASSWORD
from tests.site import Site, free_port, own_database

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
REPORTER = "chenxiulan"
REPORTS, EACH_PAGE, WITH_PHOTO = 200, 50, 5
FAULTS = ("cut", "lost", "gate", "busy", "late", "login")
DAY = 24 * 3600 * 1000
CLOCKS = (0, DAY, -DAY, 0)  # one for each page

# The faults of the report that is being sent are used up one request after the other; then the line is good.
BROKEN_LINE = """
const real = fetch.bind(window);
window.faults = [];
window.fetch = async (address, options) => {
  const html = (status) => new Response("<html>gate</html>", { status, headers: { "Content-Type": "text/html" } });
  switch (window.faults.shift()) {
    case "cut": throw new TypeError("cut");
    case "lost": await real(address, options); throw new TypeError("lost");
    case "gate": return html(200);
    case "busy": return html(503);
    case "login": return new Response("{}", { status: 401 });
    case "late": await new Promise((done) => setTimeout(done, 30));
  }
  return real(address, options);
};
"""
WRITE = """async ({ reports, kind, user, clockOff }) => {
  const outbox = await import("/static/source/outbox.js");
  const { sha256 } = await import("/static/source/photos.js");
  const taken = async (colour) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 8, height: 8 });
    const pen = canvas.getContext("2d");
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 8, 8);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg"));
    return [{ blob, hash: await sha256(blob), sent: false }];
  };
  for (const { token, summary, faults, colour } of reports) {
    const pairs = Object.entries({ "r.token": token, "r.kind": kind, "r.summary": summary, "r.seen_at": new Date(Date.now()).toISOString() });
    const photos = colour ? await taken(colour) : [];
    await outbox.keep({ token, user, userName: "", title: summary, address: "", pairs, photos, memos: [], savedAt: Date.now(), tries: 0, clockOff, faults });
  }
}"""
SEND = """async (user) => {
  const outbox = await import("/static/source/outbox.js");
  const left = async () => (await outbox.waiting(user)).length;
  while (await left()) {
    for (const record of await outbox.waiting(user)) {
      window.faults = record.faults;
      await outbox.send(record).catch(async (error) => {
        if (error.why === "refused") throw error;
        if (!record.faults.length) await new Promise((done) => setTimeout(done, 100));
      });
    }
  }
  return left();
}"""

BEGIN_TO_SEND = (
    f"(user) => {{ window.sent = ({SEND})(user); window.sent.catch((error) => (window.trouble = error)); }}"
)
SOME_REQUESTS = """() => {
  if (window.trouble) throw window.trouble;
  return performance.getEntriesByType("resource").length > 40;
}"""


@contextmanager
def web_server(site: Site, port: int, folder: Path) -> Iterator[None]:
    """Another server before the same database, to be killed without a word at the end."""
    program = demo.web_server(port).logging_to(folder / "faulty.log").with_environment(site.environment)
    process = children.spawn(program)
    try:
        demo.wait_until_served(port, process=process, log=program.log)
        yield
    finally:
        children.kill_group(process)


@pytest.fixture
def site(database_server, furnished, tmp_path) -> Iterator[Site]:
    """A database of its own: two hundred reports would bury what other tests look for."""
    with own_database(database_server, like=furnished) as address:
        yield Site(url="", environment={"DATABASE_URL": address, "MEDIA_ROOT": str(tmp_path / "media")})


@pytest.fixture
def context(browser) -> Iterator[BrowserContext]:
    """A phone of its own: what its console says about broken lines is expected."""
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", service_workers="block")
    context.set_default_timeout(120_000)
    yield context
    context.close()


def opened(context: BrowserContext, port: int, clock: int) -> Page:
    page = context.new_page()
    page.route(
        "**/static/source/**",
        lambda route: route.fulfill(
            path=ASSETS / "js" / route.request.url.rpartition("/")[2], content_type="text/javascript"
        ),
    )
    # A page whose own timers send nothing: only what the test tells it.
    page.goto(f"http://{demo.HOST}:{port}/healthz")
    page.evaluate(f"const now = Date.now; Date.now = () => now() + {clock};" + BROKEN_LINE)
    return page


def reports(chance: random.Random, page: int) -> list[dict]:
    return [
        {
            "token": f"{chance.getrandbits(128):032x}",
            "summary": f"断网演练 {page}-{n}",
            "faults": [chance.choice(FAULTS) for _fault in range(chance.randrange(7))],
            "colour": f"rgb({n * 5}, {page * 60}, {chance.randrange(256)})" if n % WITH_PHOTO == 0 else "",
        }
        for n in range(EACH_PAGE)
    ]


def test_two_hundred_reports_through_two_hundred_runs_of_faults(context, site, tmp_path):
    chance = random.Random(20261123)  # noqa: S311 - the same faults in every run
    port = free_port()
    written = [reports(chance, page) for page in range(REPORTS // EACH_PAGE)]
    with web_server(site, port, tmp_path):
        page = context.new_page()
        sign_in_at(page, port)
        page.goto(f"http://{demo.HOST}:{port}/m/report/")
        user = page.locator("report-form").get_attribute("data-user")
        kind = page.locator("label.pick", has_text="老旧小区隐患").locator("input").get_attribute("value")
        page.close()
        for batch, clock in zip(written[:2], CLOCKS[:2], strict=True):
            page = opened(context, port, clock)
            page.evaluate(WRITE, {"reports": batch, "kind": kind, "user": user, "clockOff": -clock})
            # The browser is closed while it sends; the next page finds what is left.
            page.evaluate(BEGIN_TO_SEND, user)
            page.wait_for_function(SOME_REQUESTS, polling=100)
            page.close()
        page = opened(context, port, CLOCKS[2])
        page.evaluate(WRITE, {"reports": written[2], "kind": kind, "user": user, "clockOff": -CLOCKS[2]})
        page.evaluate(BEGIN_TO_SEND, user)
        page.wait_for_function(SOME_REQUESTS, polling=100)
    # The server was killed in the middle of it, and is back.
    with web_server(site, port, tmp_path):
        page.evaluate("() => window.sent")
        page.close()
        page = opened(context, port, CLOCKS[3])
        page.evaluate(WRITE, {"reports": written[3], "kind": kind, "user": user, "clockOff": -CLOCKS[3]})
        assert page.evaluate(SEND, user) == 0

    assert in_the_database(site) == {
        "reports": REPORTS,
        "cases": REPORTS,
        "summaries": REPORTS,
        "photos": REPORTS // WITH_PHOTO,
        "hours_off": 0,
    }


def sign_in_at(page: Page, port: int) -> None:
    page.goto(f"http://{demo.HOST}:{port}/login/")
    page.locator("input[name=username]").fill(REPORTER)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form:has(input[name=password]) button[type=submit]").click()
    page.wait_for_url(lambda url: "/login/" not in url)


COUNTED = """
SELECT count(DISTINCT report.id), count(DISTINCT made.id), count(DISTINCT made.summary),
       count(DISTINCT attached.photo_id),
       coalesce(max(round(abs(extract(epoch FROM report.received_at - report.seen_at)) / 3600)), -1)::int
  FROM casework_case made
  JOIN grid_report report ON report.id = made.report_id
  LEFT JOIN casework_attachment attached ON attached.case_id = made.id
 WHERE made.summary LIKE '断网演练 %'
"""


def in_the_database(site: Site) -> dict[str, int]:
    """All that came of it, however it came."""
    with closing(psycopg.connect(site.environment["DATABASE_URL"])) as connection:
        row = connection.execute(COUNTED).fetchone()
    assert row is not None
    return dict(zip(("reports", "cases", "summaries", "photos", "hours_off"), row, strict=True))
