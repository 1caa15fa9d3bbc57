// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/api/house_json.h"
#include "ui/models/offline_house.h"

namespace parlour::ui {

void OfflineHouse::fillInvitations(int count) {
    invitations.clear();
    using K = api::InvitationKind;
    struct Sample {
        K kind;
        const char* forName;
        const char* state;
        const char* room;
    };
    constexpr Sample kSamples[] = {
        {K::membership, "Ida Holm", "open", ""},
        {K::listener, "", "open", "Rockets, markets, and ask me anything"},
        {K::speaker, "Pablo Ruiz", "open", "Rockets, markets, and ask me anything"},
        {K::moderator, "Marc Dubois", "revoked", "Rockets, markets, and ask me anything"},
        {K::membership, "Priya Raman", "used", ""},
        {K::membership, "Hugo Lang", "expired", ""},
    };
    for (int i = 0; i < count; ++i) {
        const auto& sample = kSamples[static_cast<std::size_t>(i) % std::size(kSamples)];
        api::InvitationEntry one;
        one.id = base::InvitationId("inv" + std::to_string(i));
        one.kind = sample.kind;
        one.forName = sample.forName;
        one.roomTitle = sample.room;
        if (*sample.room) one.room = base::RoomId("a");
        one.state = sample.state;
        if (sample.kind != K::listener) one.uses = 1;
        if (one.state == "used") {
            one.used = 1;
            one.redeemedBy = {base::Identity("id-priya")};
        }
        if (sample.kind == K::listener) one.used = 412;
        one.createdMs = ago(std::chrono::minutes(60 + 700 * std::min(i, 500)));
        if (sample.kind == K::membership) one.expiresMs = ago(std::chrono::hours(one.state == "expired" ? 5 : -24 * 9));
        if (sample.kind == K::speaker) one.expiresMs = ago(-std::chrono::hours(30));
        one.issuer = me.id;
        one.issuerName = me.name;
        invitations.push_back(std::move(one));
    }
    applications.clear();
    const auto ask = [this](const char* id, const char* name, const char* words, const char* link, int hours) {
        api::Application one;
        one.id = id;
        one.identity = base::Identity(std::string("id-") + id);
        one.name = name;
        one.words = words;
        one.invitation = base::InvitationId(link);
        one.atMs = ago(std::chrono::hours(hours));
        one.state = "open";
        applications.push_back(std::move(one));
    };
    ask("w1", "Zoe Clark", "I run a reading circle in Leeds and would bring it here.", "", 3);
    ask("w2", "Yusuf Kaya", "Lin Wei told me about the Tuesday talks.", "", 28);
}

void OfflineHouse::addInvitations() {
    route("GET invitations", [this](const Call& call) -> base::Result<std::string> {
        api::InvitationPage page;
        const auto limit = call.value("limit").empty() ? std::size_t{200} : std::stoul(call.value("limit"));
        const auto after = call.value("after");
        bool past = after.empty();
        for (const auto& one : invitations) {
            if (!past) {
                past = one.id.str() == after;
                continue;
            }
            if (page.invitations.size() == limit) {
                page.next = page.invitations.back().id.str();
                break;
            }
            page.invitations.push_back(one);
        }
        page.left = me.left;
        return api::toJson(page);
    });
    route("POST invitations", [this](const Call& call) -> base::Result<std::string> {
        auto order = api::fromJson<api::InvitationOrder>(call.body);
        if (!order) return base::Unexpected(order.error());
        if (refuseAfter == 0) return base::fail(base::ErrorKind::exhausted, "too_fast", "Too many links at once.", "Wait a moment and try again.");
        if (refuseAfter > 0) --refuseAfter;
        auto names = order->names;
        if (names.empty()) names.push_back(order->forName);
        if (order->kind == api::InvitationKind::membership && me.left) {
            if (*me.left < static_cast<int>(names.size()))
                return base::fail(base::ErrorKind::exhausted, "no_invitations_left", "You have no invitations left.",
                                  "They come back when they expire unused; hosting rooms earns more.");
            me.left = *me.left - static_cast<int>(names.size());
        }
        api::InvitationsMade made;
        for (const auto& name : names) {
            api::InvitationEntry one;
            one.id = base::InvitationId("new" + std::to_string(++m_serial));
            one.kind = order->kind;
            one.room = order->room;
            one.forName = name;
            one.message = order->message;
            one.uses = order->names.empty() ? order->uses : 1;
            one.state = "open";
            one.createdMs = ago({});
            if (order->expiresInS) one.expiresMs = ago({}) + *order->expiresInS * 1000;
            one.issuer = me.id;
            one.issuerName = me.name;
            one.approval = order->approval;
            made.invitations.push_back({one.id, "https://talk.example.org/i/" + one.id.str() + "#k=AAAAAAAAAAAAAAAAAAAAAA", name,
                                        order->withCode ? "7KQ4T-9XHM2" : ""});
            invitations.insert(invitations.begin(), std::move(one));
        }
        made.left = me.left;
        return api::toJson(made);
    });
    const auto hit = [this](const std::string& id, const std::string& scope) {
        api::Hit found;
        for (const auto& one : invitations) {
            if (one.id.str() != id) continue;
            found.links = 1;
            if (scope == "link") continue;
            for (const auto& who : one.redeemedBy)
                if (const auto* person = member(who.str())) {
                    found.people.push_back({person->id, person->name});
                    if (scope == "subtree")
                        for (const auto& below : members)
                            if (below.invitedBy == person->id) found.people.push_back({below.id, below.name});
                }
        }
        return found;
    };
    route("GET invitations/*/reach", [hit](const Call& call) { return api::toJson(hit(call.parts[1], call.value("scope"))); });
    route("POST invitations/*/revoke", [this, hit](const Call& call) -> base::Result<std::string> {
        auto wish = api::fromJson<api::RevokeWish>(call.body);
        if (!wish) return base::Unexpected(wish.error());
        const auto found = hit(call.parts[1], std::string(api::toString(wish->scope)));
        for (auto& one : invitations)
            if (one.id.str() == call.parts[1]) one.state = "revoked";
        for (const auto& person : found.people)
            if (auto* one = member(person.id.str())) one->state = api::MemberState::removed;
        return api::toJson(found);
    });
    route("GET applications", [this](const Call&) {
        api::Applications list;
        list.applications = applications;
        return api::toJson(list);
    });
    route("POST applications/*/answer", [this](const Call& call) -> base::Result<std::string> {
        auto verdict = api::fromJson<api::ApplicationVerdict>(call.body);
        if (!verdict) return base::Unexpected(verdict.error());
        const auto found = std::find_if(applications.begin(), applications.end(), [&](const auto& one) { return one.id == call.parts[1]; });
        if (found == applications.end())
            return base::fail(base::ErrorKind::conflict, "application_answered", "Somebody else has just answered this.");
        auto one = *found;
        one.state = verdict->accept ? "accepted" : "declined";
        applications.erase(found);
        if (verdict->accept && me.left) me.left = *me.left - 1;
        return api::toJson(one);
    });
}

}  // namespace parlour::ui
