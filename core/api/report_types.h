// SPDX-License-Identifier: Apache-2.0
// Reports to the admins of a house. What was said and who was on stage when the report came is kept with it; it stays on
// the house and holds no sound. Plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/ids.h"

namespace parlour::api {

inline constexpr std::size_t kMaxReportCharacters = 1000;
inline constexpr std::size_t kReportChatLines = 20;   ///< of the chat, kept with a report
inline constexpr int kMaxReportPage = 200;
inline constexpr int kReportsPerHour = 5;             ///< of one person

// POST reports (ReportWish -> ReportMade): by anybody who is in the room, about anybody who is or was in it. refused
// "not_in_room", notFound "person_unknown", invalidInput "bad_report", exhausted "too_many_reports".
struct ReportWish {
    base::RoomId room;
    base::Identity who;
    std::string text;
};
struct ReportMade {
    std::string id;
};

struct ReportPerson {
    base::Identity identity;
    std::string name;
    std::string power;      ///< none | moderator | host
    bool held = false;
    base::Identity mutedBy; ///< empty = not muted by a moderator
};
struct ReportLine {
    base::Identity author;
    std::string name;
    std::int64_t atMs = 0;
    std::string text;
    bool deleted = false;
};
struct ReportContext {
    std::string roomTitle;
    std::int64_t startedMs = 0;          ///< of the live session
    bool reportedPresent = false;
    std::string reportedSeat;            ///< audience | stage
    std::vector<ReportPerson> onStage;
    std::vector<ReportLine> chat;        ///< oldest first
};

// GET reports?open=1&before=MS&limit=N -> ReportPage: newest first. Admins.
struct Report {
    std::string id;
    std::int64_t atMs = 0;
    base::RoomId room;
    base::Identity reporter;
    std::string reporterName;
    base::Identity reported;
    std::string reportedName;
    std::string text;
    ReportContext context;
    std::int64_t resolvedMs = 0;         ///< 0 = open
    base::Identity resolvedBy;
    std::string resolvedByName;
    std::string resolution;
};
struct ReportPage {
    std::vector<Report> reports;
    bool more = false;
    int open = 0;                        ///< of the whole house
};

// POST reports/{id}/resolve (ReportResolve -> Report): conflict "report_resolved" when another admin was first. Admins.
struct ReportResolve {
    std::string resolution;
};

}  // namespace parlour::api
