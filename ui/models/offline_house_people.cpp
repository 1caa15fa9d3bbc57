// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/api/house_json.h"
#include "ui/models/offline_house.h"

namespace parlour::ui {

void OfflineHouse::addPeople() {
    auto& ana = profiles["id-ana"];
    ana.about = "I host the energy evenings and read too many reports.";
    ana.pronouns = "she/her";
    ana.links = {"https://example.org/ana"};
    auto& victor = profiles["id-victor"];
    victor.about = "Launch engineer. Ask me about reusable stages.";
    victor.followers = 12;
    const auto profile = [this](const std::string& id) -> base::Result<std::string> {
        const auto* one = member(id);
        if (!one) return base::fail(base::ErrorKind::notFound, "person_unknown", "This house knows no such person.");
        auto full = profiles[id];
        full.id = one->id;
        full.name = one->name;
        full.handle = one->handle;
        full.standing = std::string(api::toString(one->standing));
        full.joinedMs = one->joinedMs;
        full.invitedBy = one->invitedBy;
        full.invitedByName = one->invitedByName;
        return api::toJson(full);
    };
    route("GET people/*", [profile](const Call& call) { return profile(call.parts[1]); });
    route("POST profile", [this, profile](const Call& call) -> base::Result<std::string> {
        auto wish = api::fromJson<api::ProfileWish>(call.body);
        if (!wish) return base::Unexpected(wish.error());
        auto& own = profiles[me.id.str()];
        if (wish->name) {
            me.name = *wish->name;
            if (auto* one = member(me.id.str())) one->name = *wish->name;
        }
        if (wish->about) own.about = *wish->about;
        if (wish->pronouns) own.pronouns = *wish->pronouns;
        if (wish->links) own.links = *wish->links;
        return profile(me.id.str());
    });
    route("POST people/*/relation", [this, profile](const Call& call) -> base::Result<std::string> {
        auto wish = api::fromJson<api::RelationWish>(call.body);
        if (!wish) return base::Unexpected(wish.error());
        auto& one = profiles[call.parts[1]];
        if (wish->follow) one.followed = *wish->follow;
        if (wish->block) one.blocked = *wish->block;
        if (one.blocked) one.followed = false;
        return profile(call.parts[1]);
    });
    route("GET relations", [this](const Call&) {
        api::Relations list;
        for (const auto& one : members) {
            const auto found = profiles.find(one.id.str());
            if (found == profiles.end()) continue;
            if (found->second.followed) list.follows.push_back({one.id, one.name, one.handle, one.pictureMs});
            if (found->second.blocked) list.blocks.push_back({one.id, one.name, one.handle, 0});
        }
        return api::toJson(list);
    });
}

}  // namespace parlour::ui
