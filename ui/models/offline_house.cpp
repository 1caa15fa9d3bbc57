// SPDX-License-Identifier: Apache-2.0
#include "ui/models/offline_house.h"

#include <QByteArray>
#include <QString>
#include <algorithm>

#include "core/api/house_json.h"

namespace parlour::ui {

namespace {
struct Somebody {
    const char* name;
    const char* handle;
    api::Standing standing;
    const char* invitedBy;   ///< handle
};
constexpr Somebody kPeople[] = {
    {"Josephine Okafor", "josephine", api::Standing::owner, ""},
    {"Marc Dubois", "marc", api::Standing::admin, "josephine"},
    {"Ana Moreau", "ana", api::Standing::member, "josephine"},
    {"Victor Tamm", "victor", api::Standing::member, "ana"},
    {"Priya Raman", "priya", api::Standing::member, "ana"},
    {"Lin Wei", "linwei", api::Standing::member, "marc"},
    {"Tom Pike", "tom", api::Standing::member, "marc"},
    {"Sofia Rossi", "sofia", api::Standing::member, "victor"},
    {"Kenji Ito", "kenji", api::Standing::member, "priya"},
    {"Amara Diallo", "amara", api::Standing::member, "priya"},
    {"Nils Berg", "nils", api::Standing::member, "linwei"},
    {"Olga Petrova", "olga", api::Standing::member, "marc"},
};

std::vector<std::string> split(const std::string& text, char mark) {
    std::vector<std::string> parts;
    std::size_t from = 0;
    while (from <= text.size()) {
        const auto end = std::min(text.find(mark, from), text.size());
        if (end > from) parts.push_back(text.substr(from, end - from));
        from = end + 1;
    }
    return parts;
}

bool matches(const std::vector<std::string>& pattern, const std::vector<std::string>& parts) {
    if (pattern.size() != parts.size()) return false;
    for (std::size_t i = 0; i < parts.size(); ++i)
        if (pattern[i] != "*" && pattern[i] != parts[i]) return false;
    return true;
}
}  // namespace

OfflineHouse::OfflineHouse(const base::Clock& clock) : m_clock(clock) {
    rules.title = "Evening Salon";
    fillMembers(static_cast<int>(std::size(kPeople)));
    fillInvitations(6);
    const auto room = [this](const char* id, const char* title) {
        api::RoomSummary one;
        one.room = base::RoomId(id);
        one.title = title;
        one.role = api::Role::moderator;
        rooms.push_back(std::move(one));
    };
    room("a", "Rockets, markets, and ask me anything");
    room("d", "A conversation about energy");
    addMembers();
    addInvitations();
    addPeople();
    fillGuests();
    addGuests();
    fillTalks();
    addTalks();
    addSafety();
    addDesk();
    addQuestions();
    fillNotices();
    addNotices();
}

std::string OfflineHouse::Call::value(const std::string& name) const {
    const auto found = query.find(name);
    return found == query.end() ? std::string() : found->second;
}

std::int64_t OfflineHouse::ago(std::chrono::minutes minutes) const { return base::toUnixMs(m_clock.wallNow() - minutes); }

bool OfflineHouse::has(const std::string& path) const {
    return std::any_of(asked.begin(), asked.end(), [&](const Asked& one) { return one.path.substr(0, one.path.find('?')) == path; });
}

void OfflineHouse::request(const std::string&, const std::string& path, const std::string& body,
                           std::function<void(base::Result<std::string>)> done) {
    asked.push_back({path, body});
    if (!failure.code.empty()) return done(base::Unexpected(failure));
    done(answer(path, body));
}

base::Result<std::string> OfflineHouse::answer(const std::string& path, const std::string& body) const {
    Call call;
    call.body = body;
    const auto mark = path.find('?');
    if (mark != std::string::npos)
        for (const auto& pair : split(path.substr(mark + 1), '&')) {
            const auto equals = pair.find('=');
            if (equals != std::string::npos)
                call.query[pair.substr(0, equals)] = QByteArray::fromPercentEncoding(QByteArray::fromStdString(pair.substr(equals + 1))).toStdString();
        }
    call.parts = split(path.substr(0, mark), '/');
    const std::string verb = body.empty() ? "GET " : "POST ";
    for (const auto& [pattern, handler] : m_routes)
        if (pattern.rfind(verb, 0) == 0 && matches(split(pattern.substr(verb.size()), '/'), call.parts)) return handler(call);
    return base::fail(base::ErrorKind::notFound, "no_such_request", "The house does not know this request.", "Update the house.");
}

api::Member* OfflineHouse::member(const std::string& id) {
    for (auto& one : members)
        if (one.id.str() == id) return &one;
    return nullptr;
}

void OfflineHouse::fillMembers(int count) {
    members.clear();
    for (int i = 0; i < count; ++i) {
        api::Member one;
        if (i < static_cast<int>(std::size(kPeople))) {
            const auto& somebody = kPeople[i];
            one.id = base::Identity(std::string("id-") + somebody.handle);
            one.name = somebody.name;
            one.handle = somebody.handle;
            one.standing = somebody.standing;
            for (const auto& other : kPeople)
                if (std::string(somebody.invitedBy) == other.handle) {
                    one.invitedBy = base::Identity(std::string("id-") + other.handle);
                    one.invitedByName = other.name;
                }
        } else {
            char number[16];
            std::snprintf(number, sizeof number, "%05d", i);
            one.id = base::Identity(std::string("id-p") + number);
            one.name = std::string("Person ") + number;
            one.handle = std::string("person_") + number;
            one.invitedBy = members[static_cast<std::size_t>(i / 3)].id;
            one.invitedByName = members[static_cast<std::size_t>(i / 3)].name;
        }
        one.joinedMs = ago(std::chrono::hours(24 * (400 - std::min(i, 390))));
        one.version = 1;
        members.push_back(std::move(one));
    }
    for (auto& one : members)
        one.invited = static_cast<int>(std::count_if(members.begin(), members.end(), [&](const auto& m) { return m.invitedBy == one.id; }));
    std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.handle < b.handle; });
    me.id = base::Identity("id-ana");
    me.name = "Ana Moreau";
    me.handle = "ana";
    me.standing = api::Standing::member;
    me.house = base::HouseId("evening");
    me.houseName = "Evening Salon";
    me.left = 5;
    me.invitedBy = base::Identity("id-josephine");
}

void OfflineHouse::clear() {
    members.clear();
    invitations.clear();
    applications.clear();
    guests.clear();
    notices.clear();
    waves.clear();
    talks = {};
    api::Member own;
    own.id = me.id;
    own.name = me.name;
    own.handle = me.handle;
    own.standing = api::Standing::owner;
    own.joinedMs = ago(std::chrono::minutes(2));
    members.push_back(own);
    me.standing = api::Standing::owner;
    me.left.reset();
    me.invitedBy.reset();
}

void OfflineHouse::addMembers() {
    route("GET whoami", [this](const Call&) { return api::toJson(me); });
    route("GET rooms", [this](const Call&) {
        api::RoomList list;
        list.rooms = rooms;
        return api::toJson(list);
    });
    route("GET house/rules", [this](const Call&) { return api::toJson(rules); });
    route("POST house/rules", [this](const Call& call) -> base::Result<std::string> {
        auto wish = api::fromJson<api::HouseRules>(call.body);
        if (!wish) return base::Unexpected(wish.error());
        if (wish->version != rules.version)
            return base::fail(base::ErrorKind::conflict, "changed_meanwhile", "Another admin has just changed the rules.", "Look at them again.");
        rules = *wish;
        ++rules.version;
        return api::toJson(rules);
    });
    route("GET members", [this](const Call& call) -> base::Result<std::string> {
        api::MemberPage page;
        const auto words = QString::fromStdString(call.value("q"));
        const auto by = call.value("invited_by");
        const auto state = api::parseMemberState(call.value("state"));
        const auto limit = call.value("limit").empty() ? std::size_t{200} : std::stoul(call.value("limit"));
        for (const auto& one : members) {
            if (state ? one.state != *state : one.state != api::MemberState::active && one.state != api::MemberState::suspended) continue;
            if (!by.empty() && one.invitedBy.str() != by) continue;
            if (!words.isEmpty() && !QString::fromStdString(one.name + " " + one.handle).contains(words, Qt::CaseInsensitive)) continue;
            ++page.total;
            if (one.handle <= call.value("after")) continue;
            if (page.members.size() < limit)
                page.members.push_back(one);
            else
                page.next = page.members.back().handle;
        }
        return api::toJson(page);
    });
    const auto change = [this](auto with) {
        return [this, with](const Call& call) -> base::Result<std::string> {
            auto* one = member(call.parts[1]);
            if (!one) return base::fail(base::ErrorKind::notFound, "person_unknown", "This house knows no such person.");
            auto done = with(*one, call);
            if (!done) return base::Unexpected(done.error());
            ++one->version;
            return api::toJson(*one);
        };
    };
    using Done = base::Result<bool>;
    route("POST members/*/suspend", change([this](api::Member& one, const Call& call) -> Done {
        auto wish = api::fromJson<api::SuspendWish>(call.body);
        if (!wish) return base::Unexpected(wish.error());
        one.state = api::MemberState::suspended;
        one.suspendedUntilMs.reset();
        if (wish->minutes) one.suspendedUntilMs = ago(-std::chrono::minutes(*wish->minutes));
        return true;
    }));
    route("POST members/*/restore", change([](api::Member& one, const Call&) -> Done {
        one.state = api::MemberState::active;
        one.suspendedUntilMs.reset();
        return true;
    }));
    route("POST members/*/grant", change([](api::Member&, const Call& call) -> Done {
        auto wish = api::fromJson<api::GrantWish>(call.body);
        if (!wish) return base::Unexpected(wish.error());
        return true;
    }));
    route("POST members/*/standing", change([](api::Member& one, const Call& call) -> Done {
        auto wish = api::fromJson<api::StandingWish>(call.body);
        if (!wish) return base::Unexpected(wish.error());
        one.standing = wish->standing;
        return true;
    }));
    route("POST members/*/remove", [this](const Call& call) -> base::Result<std::string> {
        auto wish = api::fromJson<api::RemoveWish>(call.body);
        if (!wish) return base::Unexpected(wish.error());
        api::Hit hit;
        for (auto& one : members)
            if (one.id.str() == call.parts[1] || (wish->scope == api::RevokeScope::subtree && one.invitedBy.str() == call.parts[1])) {
                one.state = api::MemberState::removed;
                hit.people.push_back({one.id, one.name});
            }
        return api::toJson(hit);
    });
    route("POST handle", [this](const Call& call) -> base::Result<std::string> {
        auto wish = api::fromJson<api::HandleWish>(call.body);
        auto* own = member(me.id.str());
        if (!wish || !own) return base::fail(base::ErrorKind::invalidInput, "handle", "A handle has 2 to 24 of a-z, 0-9 and _.");
        for (const auto& one : members)
            if (one.handle == wish->handle && one.id != me.id)
                return base::fail(base::ErrorKind::conflict, "handle_taken", "Somebody else has this handle.", "Choose another one.");
        own->handle = me.handle = wish->handle;
        return api::toJson(*own);
    });
}

}  // namespace parlour::ui
