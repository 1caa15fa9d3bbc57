# SPDX-License-Identifier: Apache-2.0
"""The calendar as a member and a stock calendar client see it: planned by parlourctl, fetched by http, read by icalendar."""
import datetime
import pathlib
import shutil
import urllib.error
import urllib.request

from lab import check, main, skip

try:
    import icalendar
except ImportError:
    skip("python3-icalendar is not installed")

ZONES = pathlib.Path("/usr/share/zoneinfo")


def fetch(url, etag=None):
    """(status, headers, body)"""
    request = urllib.request.Request(url, headers={"If-None-Match": etag} if etag else {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def events(url):
    status, headers, body = fetch(url)
    check(status == 200 and headers["content-type"].startswith("text/calendar"), "the calendar is served as text/calendar")
    calendar = icalendar.Calendar.from_ical(body)
    return calendar, {str(one["summary"]): one for one in calendar.walk("VEVENT")}


def utc(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def run(lab):
    if not (ZONES / "Europe/Berlin").exists():
        skip("no time zones on this machine")
    zones = lab.path("zones")
    (zones / "Europe").mkdir(parents=True)
    shutil.copy(ZONES / "Europe/Berlin", zones / "Europe/Berlin")
    lab.env["TZDIR"] = str(zones)
    server = lab.server()
    server.admin("house", "init", "--owner-home", lab.path("olga"), "--title", "Salon")
    year = datetime.date.today().year + 1

    single = lab.ctl("olga", "schedule", "create", "One talk; with a comma, and more", "--at", f"{year}-12-01T18:00", "--zone", "Europe/Berlin",
                     "--for", "45")
    weekly = lab.ctl("olga", "schedule", "create", "Every week", "--at", f"{year}-03-01T18:00", "--zone", "Europe/Berlin",
                     "--every", "FREQ=WEEKLY;COUNT=12")
    check("/i/" in single["link"] and "/e/" in single["ics"], "a planned talk has a link and a calendar file")
    url = lab.ctl("olga", "feed")["url"]
    calendar, found = events(url)
    check(str(calendar["x-wr-calname"]) == "Salon", "the feed has the name of the house")
    one = found["One talk; with a comma, and more"]
    check(one["dtstart"].dt == utc(f"{year}-12-01T17:00:00Z"), "a single talk is an instant")
    check(one["duration"].dt == datetime.timedelta(minutes=45), "with its length")
    again = found["Every week"]
    check(again["dtstart"].params["TZID"] == "Europe/Berlin" and again["dtstart"].dt.hour == 18, "a repeated one stands in its zone")
    check(again["rrule"]["COUNT"] == [12], "with its rule")
    check([str(z["tzid"]) for z in calendar.walk("VTIMEZONE")] == ["Europe/Berlin"], "and its zone is in the file")
    check(one.walk("VALARM")[0]["trigger"].dt == datetime.timedelta(minutes=-15), "with a reminder")

    status, headers, _ = fetch(url)
    check(fetch(url, headers["etag"])[0] == 304, "a calendar client that knows the feed gets 304")

    uid = str(one["uid"])
    moved = lab.ctl("olga", "schedule", "move", single["id"], "--at", f"{year}-12-02T19:00")
    check(moved["at"] == f"{year}-12-02T18:00:00Z", "a move takes the clock of the talk's zone")
    one = events(url)[1]["One talk; with a comma, and more"]
    check(str(one["uid"]) == uid and one["sequence"] == 1, "the sequence is raised, the uid stays")
    check(one["dtstart"].dt == utc(f"{year}-12-02T18:00:00Z"), "and the feed has the new time")
    check(fetch(url, headers["etag"])[0] == 200, "the old tag is out of date")

    off = lab.ctl("olga", "schedule", "create", "Off", "--at", f"{year}-12-24T18:00", "--zone", "UTC")
    lab.ctl("olga", "schedule", "cancel", off["id"])
    check(str(events(url)[1]["Off"]["status"]) == "CANCELLED", "a cancelled talk is cancelled in the feed")
    calendar, found = events(off["ics"])
    check(str(calendar["method"]) == "CANCEL" and found["Off"]["sequence"] == 1, "and its own file withdraws it")
    result = lab.ctl("olga", "schedule", "cancel", off["id"], code=3)
    check("cancelled" in result.stderr, "it cannot be cancelled twice")

    day = max(datetime.date(year, 3, d) for d in range(25, 32) if datetime.date(year, 3, d).weekday() == 6)
    gap = lab.ctl("olga", "schedule", "create", "Gap", "--at", f"{day}T02:30", "--zone", "Europe/Berlin")
    check("03:30" in gap["note"], "a time that the clock jumps over is said to be so")
    check(events(url)[1]["Gap"]["dtstart"].dt == utc(f"{day}T01:30:00Z"), "and begins an hour later on the wall")

    check(lab.ctl("olga", "schedule", "create", "x", code=2).returncode == 2, "a talk without a time is a usage error")
    check(lab.ctl("olga", "schedule", "create", "x", "--at", "soon", code=2).returncode == 2, "and so is a time that is none")

    # The government abolishes the change of the clocks: from now on it is always two hours ahead.
    before = {row["title"]: row for row in lab.ctl("olga", "schedule", "list")}
    server.process.end()
    shutil.copy(ZONES / "Etc/GMT-2", zones / "Europe/Berlin")
    server.start()
    one, again = (lab.ctl("olga", "schedule", "show", made["id"]) for made in (single, weekly))
    check(one["at"] == f"{year}-12-02T18:00:00Z" and one["local"].endswith("T20:00:00"), "a single talk keeps its moment when the zone changes its rules")
    check("new rules" in one["note"], "and says so")
    check(again["at"].endswith("T16:00:00Z") and again["local"].endswith("T18:00:00"), "a repeated one keeps its time of day")
    check(len(before) >= 1, "nothing planned was lost")
    found = events(url)[1]
    check(found["One talk; with a comma, and more"]["dtstart"].dt == utc(f"{year}-12-02T18:00:00Z"), "the feed says the same")
    check(found["Every week"]["dtstart"].dt.hour == 18, "for both")

    server.process.kill9()
    server.start()
    check(set(events(url)[1]) == {"One talk; with a comma, and more", "Every week", "Off", "Gap"}, "all of it survives kill -9")
    lab.ctl("olga", "feed")
    check(fetch(url)[0] == 404, "a new feed closes the old one")


main(run, "calendar")
