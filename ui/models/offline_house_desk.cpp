// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "core/api/arrival_types.h"
#include "core/api/house_json.h"
#include "ui/models/offline_house.h"

namespace parlour::ui {

void OfflineHouse::addDesk() {
    settings.preset = "open";
    settings.hands = "everyone";
    settings.version = 7;
    api::BanInfo person;
    person.identity = base::Identity("id-loud");
    person.name = "Ronny Loud";
    person.untilMs = ago(-std::chrono::hours(20));
    api::BanInfo link;
    link.link = base::InvitationId("inv3");
    bans = {person, link};

    route("GET rooms/*/settings", [this](const Call&) { return api::toJson(settings); });
    route("POST rooms/*/settings", [this](const Call& call) -> base::Result<std::string> {
        auto wish = api::fromJson<api::RoomSettingsWish>(call.body);
        if (!wish) return base::Unexpected(wish.error());
        if (wish->ifVersion && *wish->ifVersion != settings.version)
            return base::fail(base::ErrorKind::conflict, "version_conflict", "The room has changed in the meantime.", "Look again and repeat.");
        auto& now = settings;
        if (!wish->preset.empty()) {
            now = {};
            now.preset = wish->preset;
            now.hands = wish->preset == "panel" ? "invited" : wish->preset == "quiet" ? "off" : "everyone";
            now.turnSeconds = wish->preset == "interview" ? 120 : 0;
            now.slotSeconds = wish->preset == "panel" ? 300 : 0;
            now.slotIsSign = wish->preset == "panel";
            now.stageOnly = wish->preset == "quiet";
            now.version = wish->ifVersion.value_or(7);
        }
        if (wish->hands) now.hands = *wish->hands;
        now.slotSeconds = wish->slotSeconds.value_or(now.slotSeconds);
        now.turnSeconds = wish->turnSeconds.value_or(now.turnSeconds);
        now.slotIsSign = wish->slotIsSign.value_or(now.slotIsSign);
        now.waitingRoom = wish->waitingRoom.value_or(now.waitingRoom);
        now.stageOnly = wish->stageOnly.value_or(now.stageOnly);
        now.joinsPerMinute = wish->joinsPerMinute.value_or(now.joinsPerMinute);
        now.cap = wish->cap.value_or(now.cap);
        ++now.version;
        now.changedMs = ago({});
        now.changedByName = me.name;
        return api::toJson(now);
    });
    route("POST rooms/*/stage", [this](const Call& call) -> base::Result<std::string> {
        auto command = api::fromJson<api::StageCommand>(call.body);
        if (!command) return base::Unexpected(command.error());
        if (onStage) onStage(*command);
        return api::toJson(api::StageAnswer{++settings.version});
    });
    route("GET rooms/*/invitations", [this](const Call& call) {
        api::InvitationList list;
        for (const auto& one : invitations) {
            if (one.room.str() != call.parts[1]) continue;
            api::InvitationInfo info;
            info.id = one.id;
            info.room = one.room;
            info.kind = one.kind;
            info.used = one.used;
            info.state = one.state;
            info.inviter = one.issuerName;
            list.invitations.push_back(std::move(info));
        }
        return api::toJson(list);
    });
    route("GET rooms/*/bans", [this](const Call&) {
        api::BanList list;
        list.bans = bans;
        return api::toJson(list);
    });
    route("POST rooms/*/bans/lift", [this](const Call& call) -> base::Result<std::string> {
        auto lift = api::fromJson<api::BanLift>(call.body);
        if (!lift) return base::Unexpected(lift.error());
        const auto found = std::find_if(bans.begin(), bans.end(), [&](const auto& one) { return one.identity == lift->identity && one.link == lift->link; });
        if (found == bans.end())
            return base::fail(base::ErrorKind::notFound, "not_banned", "There is no such ban.", "It may have been lifted already.");
        bans.erase(found);
        return std::string("{}");
    });
    route("GET rooms/*/arrivals", [this](const Call& call) {
        const int minutes = call.value("minutes").empty() ? 10 : std::stoi(call.value("minutes"));
        std::map<std::string, api::ArrivalLink> links;
        api::Arrivals out;
        for (const auto& one : inside) {
            if (one.minutesAgo <= minutes) ++out.recent;
            auto& link = links[one.link];
            ++link.people;
            link.lastMs = std::max(link.lastMs, ago(std::chrono::minutes(one.minutesAgo)));
        }
        for (auto& [id, link] : links) {
            link.link = base::InvitationId(id);
            for (const auto& made : invitations)
                if (made.id.str() == id) {
                    link.kind = std::string(api::toString(made.kind));
                    link.forName = made.forName;
                    link.state = made.state;
                    link.issuerName = made.issuerName;
                }
            out.links.push_back(link);
        }
        std::sort(out.links.begin(), out.links.end(), [](const auto& a, const auto& b) { return a.people > b.people; });
        return api::toJson(out);
    });
}

}  // namespace parlour::ui
