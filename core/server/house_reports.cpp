// SPDX-License-Identifier: Apache-2.0
// Reports: made by people in a room, read and answered by admins. House thread.
#include <limits>

#include "core/api/report_types.h"
#include "core/crypto/random.h"
#include "core/house/display_name.h"
#include "core/house/store/chat_store.h"
#include "core/house/store/report_store.h"
#include "core/server/house_routes.h"

namespace parlour::server {

using base::ErrorKind;

namespace {

using Impl = HouseService::Impl;

std::string words(std::string_view text) { return house::cleanText(text, api::kMaxReportCharacters, api::kMaxReportCharacters * 4); }

api::ReportContext contextOf(Impl& impl, const HouseRoom& room, const base::Identity& reported) {
    api::ReportContext out;
    out.roomTitle = room.row.title;
    if (room.stage.session.live) out.startedMs = base::toUnixMs(room.stage.session.startedAt);
    for (const auto& [who, person] : room.stage.people) {
        if (who == reported) {
            out.reportedPresent = person.present;
            out.reportedSeat = std::string(api::toString(person.seat));
        }
        if (person.seat == api::Seat::stage)
            out.onStage.push_back({who, person.name, std::string(api::toString(person.power)), person.held, person.mutedBy});
    }
    house::ChatStore chat(impl.store);
    for (const auto& row : chat.latest(room.row.id, room.stage.session.sid, static_cast<int>(api::kReportChatLines)))
        out.chat.push_back({row.author, row.name, base::toUnixMs(row.at), row.words, row.deleted});
    return out;
}

base::Result<api::ReportMade> report(Impl& impl, const RouteCall& call, const api::ReportWish& wish) {
    const auto room = impl.find(wish.room);
    const auto member = impl.store.member(wish.room, call.who);
    if (!room || !member || !member->active) return base::Unexpected(Impl::unknownRoom());
    if (!room->stage.people.contains(call.who))
        return base::fail(ErrorKind::refused, "not_in_room", "You are not in this room.", "Join it first.");
    if (wish.who == call.who || !impl.store.member(wish.room, wish.who))
        return base::fail(ErrorKind::notFound, "person_unknown", "Nobody of this room was reported.",
                          "Choose somebody who is or was in the room.");
    const std::string text = words(wish.text);
    if (text.empty() || house::countCharacters(wish.text) > api::kMaxReportCharacters)
        return base::fail(ErrorKind::invalidInput, "bad_report", "A report needs 1 to 1000 characters.",
                          "Say what happened in a few words.");
    const auto now = impl.clock.wallNow();
    house::ReportStore reports(impl.store);
    if (reports.countBy(call.who, now - std::chrono::hours(1)) >= api::kReportsPerHour)
        return base::fail(ErrorKind::exhausted, "too_many_reports", "You have reported five times within an hour.",
                          "The admins see what you sent; wait a little.");
    const api::ReportMade made{crypto::randomString(12)};
    reports.add({made.id, now, wish.room, call.who, wish.who, text, api::toJson(contextOf(impl, *room, wish.who)), std::nullopt, {}, {}});
    impl.store.addAudit({now, wish.room, call.who, "report_made", wish.who, made.id});
    return made;
}

api::Report shown(Impl& impl, const house::ReportRow& row) {
    const auto nameOf = [&](const base::Identity& who) {
        const auto person = who.empty() ? std::nullopt : impl.store.person(who);
        return person ? person->name : std::string();
    };
    api::Report out;
    out.id = row.id;
    out.atMs = base::toUnixMs(row.at);
    out.room = row.room;
    out.reporter = row.reporter;
    out.reporterName = nameOf(row.reporter);
    out.reported = row.reported;
    out.reportedName = nameOf(row.reported);
    out.text = row.words;
    if (auto context = api::fromJson<api::ReportContext>(row.context)) out.context = std::move(*context);
    if (row.resolved) out.resolvedMs = base::toUnixMs(*row.resolved);
    out.resolvedBy = row.resolvedBy;
    out.resolvedByName = nameOf(row.resolvedBy);
    out.resolution = row.resolution;
    return out;
}

base::Result<api::ReportPage> list(Impl& impl, const RouteCall& call) {
    if (auto admin = impl.needAdmin(call); !admin) return base::Unexpected(std::move(admin).error());
    const auto open = call.query.find("open");
    const auto before = queryNumber(call, "before", std::numeric_limits<std::int64_t>::max());
    const auto limit = queryNumber(call, "limit", 50);
    for (const auto* one : {&before, &limit})
        if (!*one) return base::Unexpected(one->error());
    if (*limit < 1 || *limit > api::kMaxReportPage)
        return base::fail(ErrorKind::invalidInput, "bad_field", "A page has 1 to 200 reports.", {}, "limit");
    house::ReportStore reports(impl.store);
    auto rows = reports.list(open != call.query.end() && open->second == "1", base::fromUnixMs(static_cast<std::int64_t>(*before)),
                             static_cast<int>(*limit) + 1);
    api::ReportPage out;
    out.more = rows.size() > *limit;
    if (out.more) rows.pop_back();
    for (const auto& row : rows) out.reports.push_back(shown(impl, row));
    out.open = reports.countOpen();
    return out;
}

base::Result<api::Report> resolve(Impl& impl, const RouteCall& call, const api::ReportResolve& wish) {
    if (auto admin = impl.needAdmin(call); !admin) return base::Unexpected(std::move(admin).error());
    house::ReportStore reports(impl.store);
    const auto row = reports.find(call.args[0]);
    if (!row) return base::fail(ErrorKind::notFound, "report_unknown", "There is no such report.");
    const auto now = impl.clock.wallNow();
    if (!reports.resolve(row->id, call.who, words(wish.resolution), now))
        return base::fail(ErrorKind::conflict, "report_resolved", "This report was answered before.", "Look at what was decided.");
    impl.store.addAudit({now, row->room, call.who, "report_resolved", row->reported, row->id});
    return shown(impl, *reports.find(row->id));
}

}  // namespace

void addReportRoutes(HouseRoutes& routes) {
    routes.post<api::ReportWish>("reports", report);
    routes.get("reports", list);
    routes.post<api::ReportResolve>("reports/{id}/resolve", resolve);
}

}  // namespace parlour::server
