// SPDX-License-Identifier: Apache-2.0
// Reports and the audit log from the command line. The log is checked here, row by row, before anything of it is printed.
#include <fstream>
#include <ostream>
#include <sstream>

#include "app/ctl/house_command.h"
#include "app/ctl/words.h"
#include "core/api/audit_types.h"
#include "core/base/local_time.h"
#include "core/room/audit_check.h"

namespace parlour::ctl {
namespace {

using A = HouseArgument;


std::string isoOf(std::int64_t ms) { return base::formatIso(base::toUtcTime(base::fromUnixMs(ms))); }

// ---- report

void sendReport(const HouseCallPtr& call, const std::string& who) {
    const Json body{{"room", call->given().text("room")}, {"who", who}, {"text", call->given().text("text")}};
    call->post("/reports", body, [call](const Json& made) {
        call->print(made, [](std::ostream& to) { to << "The admins of the house have your report.\n"; });
    });
}

void report(const HouseCallPtr& call) {
    withMember(call, call->given().text("WHO"), [call](const std::string& who) { sendReport(call, who); });
}

void reports(const HouseCallPtr& call) {
    call->get(std::string("/reports?limit=200") + (call->given().has("open") ? "&open=1" : ""), [call](const Json& page) {
        const Json list = page.value("reports", Json::array());
        call->print(list, [&](std::ostream& to) {
            if (list.empty()) to << "No reports.\n";
            for (const auto& one : list)
                to << word(one, "id") << "  " << isoOf(one.value("at_ms", std::int64_t{0})) << "  "
                   << (one.value("resolved_ms", std::int64_t{0}) == 0 ? "open" : "resolved") << "  about " << word(one, "reported_name") << " ("
                   << word(one, "reported") << ") by " << word(one, "reporter_name") << ": " << word(one, "text") << "\n";
        });
    });
}

void resolve(const HouseCallPtr& call) {
    call->post("/reports/" + call->given().text("ID") + "/resolve", {{"resolution", call->given().text("text")}}, [call](const Json& one) {
        call->print(one, [](std::ostream& to) { to << "Resolved.\n"; });
    });
}

// ---- audit

struct Log {
    std::vector<api::AuditEntry> entries;
    std::string text;            ///< as it came
    std::int64_t sinceMs = 0;
};

void showLog(const HouseCallPtr& call, const Log& log) {
    if (call->given().has("o")) {
        std::ofstream out(call->given().text("o"), std::ios::binary);
        out << log.text;
        out.close();
        if (!out)
            return call->fail({base::ErrorKind::unavailable, "file_unwritable", "The log cannot be written to this file.", "Choose another one.", {}});
    }
    Json list = Json::array();
    for (const auto& one : log.entries) {
        if (one.atMs < log.sinceMs) continue;
        Json row{{"n", one.n}, {"at", isoOf(one.atMs)}, {"actor", one.actor.str()}, {"action", one.action}, {"object", one.object}, {"hash", one.hash}};
        if (!one.room.empty()) row["room"] = one.room.str();
        if (!one.detail.empty()) row["detail"] = one.detail;
        list.push_back(std::move(row));
    }
    call->print(list, [&](std::ostream& to) {
        for (const auto& one : list)
            to << one["n"] << "  " << word(one, "at") << "  " << (word(one, "actor").empty() ? "the house" : word(one, "actor")) << "  "
               << word(one, "action") << "  " << word(one, "object") << (one.contains("detail") ? "  " + word(one, "detail") : "") << "\n";
        to << log.entries.size() << " rows, whole and signed.\n";
    });
}

void readLog(const HouseCallPtr& call, const std::shared_ptr<Log>& log) {
    const std::uint64_t after = log->entries.empty() ? 0 : log->entries.back().n;
    call->fetch("/audit/export?after=" + std::to_string(after), [call, log](const std::string& text) {
        std::istringstream in(text);
        std::optional<api::AuditHead> head;
        const auto before = log->entries.size();
        for (std::string line; std::getline(in, line);) {
            if (auto entry = api::fromJson<api::AuditEntry>(line))
                log->entries.push_back(std::move(*entry));
            else if (auto end = api::fromJson<api::AuditHead>(line))
                head = std::move(*end);
            else
                return call->fail(end.error());
        }
        log->text += text;
        if (!head && log->entries.size() > before) return readLog(call, log);
        if (!head) head.emplace();
        if (auto good = room::checkAudit(log->entries, *head, call->house()->house()); !good) {
            auto error = good.error();
            error.kind = base::ErrorKind::unavailable;   // a failed check, not a refusal: exit code 1
            return call->fail(error);
        }
        showLog(call, *log);
    });
}

void audit(const HouseCallPtr& call) {
    auto log = std::make_shared<Log>();
    if (call->given().has("since")) {
        std::string since = call->given().text("since");
        if (since.find_first_of("Tt ") == std::string::npos) since += "T00:00:00Z";
        const auto time = base::parseIsoTime(since);
        if (!time) {
            auto error = time.error();
            error.detail = call->given().text("since");   // as typed
            return call->fail(error);
        }
        log->sinceMs = base::toUnixMs(base::toWallTime(time->utc()));
    }
    readLog(call, log);
}

}  // namespace

std::vector<HouseCommand> safetyCommands() {
    return {
        {"report", "tell the admins about somebody in a room",
         {{"WHO", A::positional, "id, handle or name"}, {"--room", A::required, "the room"}, {"--text", A::required, "what happened"}}, report},
        {"reports list", "what was reported (admins)", {{"--open", A::flag, "only what nobody has answered"}}, reports},
        {"reports resolve", "say what was decided about a report (admins)",
         {{"ID", A::positional, "of the report"}, {"--text", A::required, "the decision"}}, resolve},
        {"audit", "the audit log, checked from end to end (admins)",
         {{"--since", A::option, "ISO time"}, {"-o", A::option, "also write the log and its signed end to this file"}}, audit},
    };
}

}  // namespace parlour::ctl
