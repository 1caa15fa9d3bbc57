// SPDX-License-Identifier: Apache-2.0
// The audit log for the admins: pages of it, and all of it as a file of lines. House thread.
#include "core/api/audit_types.h"
#include "core/house/store/audit_store.h"
#include "core/server/house_routes.h"

namespace parlour::server {

using base::ErrorKind;

namespace {

using Impl = HouseService::Impl;

constexpr int kUsualPage = 100;
constexpr int kExportPage = 10'000;

void addNames(house::Store& store, std::vector<api::AuditEntry>& entries) {
    std::map<std::string, std::string> names;
    const auto nameOf = [&](const std::string& id) {
        if (id.empty()) return std::string();
        const auto [it, fresh] = names.try_emplace(id);
        if (fresh)
            if (const auto person = store.person(base::Identity(id))) it->second = person->name;
        return it->second;
    };
    for (auto& entry : entries) {
        entry.actorName = nameOf(entry.actor.str());
        entry.objectName = nameOf(entry.object);
    }
}

api::AuditHead headOf(Impl& impl) {
    auto head = house::AuditStore(impl.store).head();
    head.key = base::toBase64Url(impl.key->publicKey());
    return head;
}

base::Result<api::AuditPage> page(Impl& impl, const RouteCall& call) {
    if (auto admin = impl.needAdmin(call); !admin) return base::Unexpected(std::move(admin).error());
    const bool backwards = call.query.contains("before");
    const auto from = queryNumber(call, backwards ? "before" : "after", 0);
    const auto since = queryNumber(call, "since", 0);
    const auto limit = queryNumber(call, "limit", kUsualPage);
    for (const auto* one : {&from, &since, &limit})
        if (!*one) return base::Unexpected(one->error());
    if (*limit < 1 || *limit > api::kMaxAuditPage)
        return base::fail(ErrorKind::invalidInput, "bad_field", "A page of the log has 1 to 1000 rows.", {}, "limit");
    house::AuditStore audit(impl.store);
    const auto at = base::fromUnixMs(static_cast<std::int64_t>(*since));
    const int count = static_cast<int>(*limit);
    api::AuditPage out;
    out.entries = backwards ? audit.before(*from, at, count + 1) : audit.after(*from, at, count + 1);
    out.more = out.entries.size() > *limit;
    if (out.more) out.entries.pop_back();
    addNames(impl.store, out.entries);
    out.head = headOf(impl);
    return out;
}

/// One line per row as it is chained, without names; the last line is the signed end, and only an answer that reaches it
/// has one. Whoever has more rows asks on with after=N.
base::Result<ApiReply> exported(Impl& impl, const RouteCall& call) {
    if (auto admin = impl.needAdmin(call); !admin) return base::Unexpected(std::move(admin).error());
    const auto from = queryNumber(call, "after", 0);
    if (!from) return base::Unexpected(from.error());
    ApiReply reply;
    reply.type = "application/x-ndjson";
    reply.headers["content-disposition"] = "attachment; filename=\"audit.jsonl\"";
    const auto rows = house::AuditStore(impl.store).after(*from, base::WallTime{}, kExportPage);
    for (const auto& row : rows) reply.body += api::auditLine(row) + "\n";
    const auto head = headOf(impl);
    if (rows.empty() ? *from >= head.n || head.n == head.baseN : rows.back().n == head.n) reply.body += api::toJson(head) + "\n";
    return reply;
}

}  // namespace

void addAuditRoutes(HouseRoutes& routes) {
    routes.get("audit", page);
    routes.file("audit/export", exported, HouseRoutes::For::session);
}

}  // namespace parlour::server
