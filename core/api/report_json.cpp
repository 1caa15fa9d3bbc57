// SPDX-License-Identifier: Apache-2.0
#include "core/api/report_types.h"

#include "core/api/json_codec.h"

namespace parlour::api {

namespace {
constexpr std::size_t kWords = kMaxReportCharacters * 4;
constexpr std::size_t kLine = 8192;
}  // namespace

template <class V, Same<ReportWish> T>
void describe(V& v, T& t) {
    v.field("room", t.room);
    v.field("who", t.who);
    v.field("text", t.text, Need::required, kWords * 2);
}
template <class V, Same<ReportMade> T>
void describe(V& v, T& t) {
    v.field("id", t.id);
}
template <class V, Same<ReportPerson> T>
void describe(V& v, T& t) {
    v.field("identity", t.identity);
    v.field("name", t.name, Need::optional);
    v.field("power", t.power, Need::optional);
    v.field("held", t.held, Need::optional);
    v.field("muted_by", t.mutedBy, Need::optional);
}
template <class V, Same<ReportLine> T>
void describe(V& v, T& t) {
    v.field("author", t.author);
    v.field("name", t.name, Need::optional);
    v.field("at_ms", t.atMs);
    v.field("text", t.text, Need::optional, kLine);
    v.field("deleted", t.deleted, Need::optional);
}
template <class V, Same<ReportContext> T>
void describe(V& v, T& t) {
    v.field("room_title", t.roomTitle, Need::optional);
    v.field("started_ms", t.startedMs, Need::optional);
    v.field("reported_present", t.reportedPresent, Need::optional);
    v.field("reported_seat", t.reportedSeat, Need::optional);
    v.field("on_stage", t.onStage, Need::optional);
    v.field("chat", t.chat, Need::optional);
}
template <class V, Same<Report> T>
void describe(V& v, T& t) {
    v.field("id", t.id);
    v.field("at_ms", t.atMs);
    v.field("room", t.room);
    v.field("reporter", t.reporter);
    v.field("reporter_name", t.reporterName, Need::optional);
    v.field("reported", t.reported);
    v.field("reported_name", t.reportedName, Need::optional);
    v.field("text", t.text, Need::optional, kWords);
    v.field("context", t.context, Need::optional);
    v.field("resolved_ms", t.resolvedMs, Need::optional);
    v.field("resolved_by", t.resolvedBy, Need::optional);
    v.field("resolved_by_name", t.resolvedByName, Need::optional);
    v.field("resolution", t.resolution, Need::optional, kWords);
}
template <class V, Same<ReportPage> T>
void describe(V& v, T& t) {
    v.field("reports", t.reports);
    v.field("more", t.more, Need::optional);
    v.field("open", t.open, Need::optional);
}
template <class V, Same<ReportResolve> T>
void describe(V& v, T& t) {
    v.field("resolution", t.resolution, Need::optional, kWords * 2);
}

PARLOUR_JSON(ReportWish)
PARLOUR_JSON(ReportMade)
PARLOUR_JSON(ReportContext)
PARLOUR_JSON(Report)
PARLOUR_JSON(ReportPage)
PARLOUR_JSON(ReportResolve)

}  // namespace parlour::api
