// SPDX-License-Identifier: Apache-2.0
// Reports: who may make one, what is kept with it, how admins answer.
#include "core/api/report_types.h"

#include "core/api/audit_types.h"
#include "core/house/store/chat_store.h"
#include "tests/server/house_requests.h"

using namespace parlour;
using namespace parlour::tests;

namespace {

struct ReportWorld : HouseWorld {
    Member ann = enter("ann", links.moderator);
    Member bob = enter("bob", links.listener);
    Member eve = enter("eve", links.speaker);

    base::Result<api::ReportMade> report(const Member& by, const std::string& who, const std::string& text) {
        return postAs<api::ReportMade>(*this, "reports", api::ReportWish{room, id(who), text}, by.session);
    }
    void chatLine(std::uint64_t n, const Member& by, const std::string& words) {
        REQUIRE(store->transact([&]() -> base::Result<void> {
            house::ChatStore(*store).add(room, by.admission.roomSid, {n, "m" + std::to_string(n), by.identity, "x", clock.wallNow(), words, false});
            return {};
        }));
    }
};

}  // namespace

TEST_CASE("a report keeps who was on stage, how they were muted and the last lines of the chat", "[house-reports]") {
    ReportWorld world;
    for (std::uint64_t n = 1; n <= api::kReportChatLines + 1; ++n) world.chatLine(n, world.eve, "line " + std::to_string(n));
    REQUIRE(world.order("ann", api::StageVerb::hold, "eve"));
    const auto made = world.report(world.bob, "eve", "shouts at\neverybody");
    REQUIRE(made);
    const auto page = getAs<api::ReportPage>(world, "reports").value();
    REQUIRE(page.reports.size() == 1);
    CHECK(page.open == 1);
    const auto& report = page.reports[0];
    CHECK(report.id == made->id);
    CHECK(report.reporterName == "bob");
    CHECK(report.reportedName == "eve");
    CHECK(report.text == "shouts at everybody");
    CHECK(report.context.roomTitle == "Room");
    CHECK(report.context.reportedPresent);
    CHECK(report.context.reportedSeat == "stage");
    CHECK(report.context.startedMs > 0);
    bool held = false;
    for (const auto& person : report.context.onStage) held = held || (person.name == "eve" && person.held);
    CHECK(held);
    REQUIRE(report.context.chat.size() == api::kReportChatLines);
    CHECK(report.context.chat.front().text == "line 2");
    CHECK(report.context.chat.back().text == "line 21");
    CHECK(report.context.chat.back().author == world.eve.identity);
}

TEST_CASE("only somebody in the room reports, and about somebody of the room", "[house-reports][T25]") {
    ReportWorld world;
    CHECK(world.report(world.bob, "nobody", "x").error().code == "person_unknown");
    CHECK(world.report(world.bob, "bob", "x").error().code == "person_unknown");
    CHECK(world.report(world.bob, "eve", " \n ").error().code == "bad_report");
    const auto other = postAs<api::ReportMade>(world, "reports", api::ReportWish{base::RoomId("elsewhere"), world.eve.identity, "x"}, world.bob.session);
    CHECK(other.error().code == "room_unknown");
    REQUIRE(world.wait<api::Nothing>([&](auto answer) { world.house->leave({world.bob.session, false}, world.room, answer); }));
    CHECK(world.report(world.bob, "eve", "x").error().code == "not_in_room");
    // Of somebody who has left: yes, they were there.
    CHECK(world.report(world.eve, "bob", "x"));
}

TEST_CASE("a report has at most 1000 characters and a person makes five within an hour", "[house-reports][limits]") {
    ReportWorld world;
    CHECK(world.report(world.bob, "eve", std::string(1000, 'x')));
    CHECK(world.report(world.bob, "eve", std::string(1001, 'x')).error().code == "bad_report");
    for (int i = 1; i < api::kReportsPerHour; ++i) CHECK(world.report(world.bob, "eve", "again"));
    world.crash();
    world.house->connected(world.room, world.bob.identity);
    CHECK(world.report(world.bob, "eve", "again").error().code == "too_many_reports");
    CHECK(world.report(world.eve, "bob", "again"));
    world.clock.advance(std::chrono::hours(1));
    const auto back = world.enter("bob", world.links.listener);
    CHECK(world.report(back, "eve", "again"));
}

TEST_CASE("one admin answers a report; the second learns of it; both steps are in the audit log", "[house-reports]") {
    ReportWorld world;
    const auto id = world.report(world.bob, "eve", "spam").value().id;
    const api::ReportResolve answer{"spoken to"};
    CHECK(postAs<api::Report>(world, "reports/" + id + "/resolve", answer, world.ann.session).error().code == "members_only");
    CHECK(getAs<api::ReportPage>(world, "reports", world.ann.session).error().code == "members_only");
    const auto resolved = postAs<api::Report>(world, "reports/" + id + "/resolve", answer);
    REQUIRE(resolved);
    CHECK(resolved->resolution == "spoken to");
    CHECK(resolved->resolvedMs > 0);
    CHECK(postAs<api::Report>(world, "reports/" + id + "/resolve", answer).error().code == "report_resolved");
    CHECK(postAs<api::Report>(world, "reports/none/resolve", answer).error().code == "report_unknown");
    CHECK(getAs<api::ReportPage>(world, "reports?open=1")->reports.empty());
    CHECK(getAs<api::ReportPage>(world, "reports")->reports.size() == 1);
    std::vector<std::string> actions;
    const auto log = getAs<api::AuditPage>(world, "audit").value();
    for (const auto& entry : log.entries)
        if (entry.detail == id) actions.push_back(entry.action);
    CHECK(actions == std::vector<std::string>{"report_made", "report_resolved"});
}

TEST_CASE("pages of reports come newest first and hold at most 200", "[house-reports][limits]") {
    ReportWorld world;
    for (int i = 0; i < 3; ++i) {
        world.clock.advance(std::chrono::seconds(1));
        REQUIRE(world.report(world.bob, "eve", "report " + std::to_string(i)));
    }
    const auto first = getAs<api::ReportPage>(world, "reports?limit=2").value();
    CHECK(first.more);
    CHECK(first.reports.at(0).text == "report 2");
    const auto rest = getAs<api::ReportPage>(world, "reports?before=" + std::to_string(first.reports.at(1).atMs)).value();
    CHECK_FALSE(rest.more);
    CHECK(rest.reports.at(0).text == "report 0");
    CHECK(getAs<api::ReportPage>(world, "reports?limit=200"));
    CHECK(getAs<api::ReportPage>(world, "reports?limit=201").error().code == "bad_field");
}

TEST_CASE("a full disk refuses a report in a sentence", "[house-reports][R10]") {
    ReportWorld world;
    world.database.fill(*world.store);
    std::optional<base::Error> error;
    for (int i = 0; i < 5 && !error; ++i)
        if (auto made = world.report(world.bob, "eve", std::string(1000, 'x')); !made) error = made.error();
    REQUIRE(error);
    CHECK(error->code == "disk_full");
    world.database.fill(*world.store, false);
    CHECK(world.report(world.bob, "eve", "now it works"));
}
