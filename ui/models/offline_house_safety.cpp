// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/api/house_json.h"
#include "ui/models/offline_house.h"

namespace parlour::ui {

void OfflineHouse::addSafety() {
    api::Report report;
    report.id = "r1";
    report.atMs = ago(std::chrono::minutes(75));
    report.room = base::RoomId("a");
    report.reporter = base::Identity("id-sofia");
    report.reporterName = "Sofia Rossi";
    report.reported = base::Identity("id-tom");
    report.reportedName = "Tom Pike";
    report.text = "Keeps interrupting whoever speaks, and insults people in the chat.";
    report.context.roomTitle = "Rockets, markets, and ask me anything";
    report.context.onStage = {{base::Identity("id-josephine"), "Josephine Okafor", "host", false, {}}, {base::Identity("id-victor"), "Victor Tamm", "none", false, {}}};
    report.context.chat = {{base::Identity("id-nils"), "Nils Berg", ago(std::chrono::minutes(80)), "Good evening from Bergen!", false},
                           {base::Identity("id-tom"), "Tom Pike", ago(std::chrono::minutes(76)), "", true}};
    reports = {report};
    const auto row = [this](const char* actor, const char* name, const char* action, const char* object, const char* objectName, int minutes) {
        api::AuditEntry entry;
        entry.n = audit.size() + 1;
        entry.atMs = ago(std::chrono::minutes(minutes));
        entry.actor = base::Identity(actor);
        entry.actorName = name;
        entry.action = action;
        entry.object = object;
        entry.objectName = objectName;
        entry.hash = "00";
        audit.push_back(std::move(entry));
    };
    row("", "", "house_init", "id-josephine", "Josephine Okafor", 9000);
    row("id-josephine", "Josephine Okafor", "standing", "id-marc", "Marc Dubois", 8000);
    row("id-marc", "Marc Dubois", "mute", "id-tom", "Tom Pike", 74);
    row("id-marc", "Marc Dubois", "suspend", "id-tom", "Tom Pike", 70);

    route("GET reports", [this](const Call& call) {
        api::ReportPage page;
        for (const auto& one : reports) {
            if (one.resolvedMs == 0) ++page.open;
            if (call.value("open") == "1" && one.resolvedMs != 0) continue;
            page.reports.push_back(one);
        }
        return api::toJson(page);
    });
    route("POST reports", [this](const Call& call) -> base::Result<std::string> {
        auto wish = api::fromJson<api::ReportWish>(call.body);
        if (!wish) return base::Unexpected(wish.error());
        if (wish->text.empty())
            return base::fail(base::ErrorKind::invalidInput, "bad_report", "A report needs 1 to 1000 characters.", "Say what happened in a few words.");
        api::Report made;
        made.id = "r" + std::to_string(reports.size() + 1);
        made.atMs = ago({});
        made.room = wish->room;
        made.reporter = me.id;
        made.reporterName = me.name;
        made.reported = wish->who;
        made.text = wish->text;
        reports.insert(reports.begin(), made);
        return api::toJson(api::ReportMade{made.id});
    });
    route("POST reports/*/resolve", [this](const Call& call) -> base::Result<std::string> {
        auto wish = api::fromJson<api::ReportResolve>(call.body);
        if (!wish) return base::Unexpected(wish.error());
        for (auto& one : reports) {
            if (one.id != call.parts[1]) continue;
            if (one.resolvedMs != 0) return base::fail(base::ErrorKind::conflict, "report_resolved", "Another admin was first.");
            one.resolvedMs = ago({});
            one.resolvedByName = me.name;
            one.resolution = wish->resolution;
            return api::toJson(one);
        }
        return base::fail(base::ErrorKind::notFound, "report_unknown", "There is no such report.");
    });
    route("GET audit", [this](const Call& call) {
        api::AuditPage page;
        const auto limit = call.value("limit").empty() ? std::size_t{200} : std::stoul(call.value("limit"));
        const auto before = call.value("before").empty() ? 0ul : std::stoul(call.value("before"));
        for (auto it = audit.rbegin(); it != audit.rend(); ++it) {
            if (before != 0 && it->n >= before) continue;
            if (page.entries.size() == limit) {
                page.more = true;
                break;
            }
            page.entries.push_back(*it);
        }
        page.head.n = audit.size();
        return api::toJson(page);
    });
}

}  // namespace parlour::ui
