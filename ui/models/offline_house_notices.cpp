// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/api/house_json.h"
#include "ui/models/offline_house.h"

namespace parlour::ui {

void OfflineHouse::fillNotices() {
    notices.clear();
    waves.clear();
    const auto tell = [this](const char* kind, const char* object, const char* from, const char* name, const char* words, int minutes) {
        api::Notice one;
        one.n = static_cast<std::int64_t>(notices.size()) + 1;
        one.kind = kind;
        one.object = object;
        one.from = base::Identity(from);
        one.fromName = name;
        one.text = words;
        one.atMs = ago(std::chrono::minutes(minutes));
        notices.push_back(std::move(one));
    };
    tell("followed", "", "id-tom", "Tom Pike", "", 2900);
    tell("event_moved", "reading", "id-marc", "Marc Dubois", "Tuesday reading circle", 1500);
    tell("wave_answered", "w0", "id-priya", "Priya Raman", "later", 300);
    tell("ping", "a", "id-josephine", "Josephine Okafor", "Rockets, markets, and ask me anything", 14);
    tell("wave", "w1", "id-victor", "Victor Tamm", "Have you a minute about Tuesday?", 3);
    const auto wave = [this](const char* id, const char* from, const char* fromName, const char* to, const char* toName, const char* words, const char* state, int minutes) {
        api::Wave one;
        one.id = id;
        one.from = base::Identity(from);
        one.fromName = fromName;
        one.to = base::Identity(to);
        one.toName = toName;
        one.text = words;
        one.state = state;
        one.atMs = ago(std::chrono::minutes(minutes));
        waves.push_back(std::move(one));
    };
    wave("w1", "id-victor", "Victor Tamm", "id-ana", "Ana Moreau", "Have you a minute about Tuesday?", "open", 3);
    wave("w0", "id-ana", "Ana Moreau", "id-priya", "Priya Raman", "", "later", 310);
}

void OfflineHouse::addNotices() {
    route("GET notices", [this](const Call& call) {
        api::Notices page;
        const auto after = call.value("after").empty() ? 0 : std::stoll(call.value("after"));
        for (const auto& one : notices)
            if (one.n > after && page.notices.size() < 200) page.notices.push_back(one);
        return api::toJson(page);
    });
    route("GET waves", [this](const Call&) {
        api::Waves page;
        page.waves = waves;
        return api::toJson(page);
    });
    route("POST people/*/wave", [this](const Call& call) -> base::Result<std::string> {
        auto wish = api::fromJson<api::WaveWish>(call.body);
        if (!wish) return base::Unexpected(wish.error());
        const auto* to = member(call.parts[1]);
        if (!to) return base::fail(base::ErrorKind::notFound, "person_unknown", "There is no such member.");
        for (const auto& one : waves)
            if (one.to == to->id && one.state == "open") return api::toJson(one);
        api::Wave made;
        made.id = "wave" + std::to_string(++m_serial);
        made.from = me.id;
        made.fromName = me.name;
        made.to = to->id;
        made.toName = to->name;
        made.text = wish->text;
        made.atMs = ago({});
        made.state = "open";
        waves.push_back(made);
        return api::toJson(made);
    });
    route("POST waves/*/answer", [this](const Call& call) -> base::Result<std::string> {
        auto answer = api::fromJson<api::WaveAnswer>(call.body);
        if (!answer) return base::Unexpected(answer.error());
        for (auto& one : waves) {
            if (one.id != call.parts[1]) continue;
            one.state = answer->answer == "yes" ? "talking" : "later";
            if (answer->answer == "yes") one.room = base::RoomId("wave-room");
            return api::toJson(one);
        }
        return base::fail(base::ErrorKind::notFound, "wave_unknown", "This wave is not there any more.");
    });
    route("POST rooms/*/ping", [this](const Call& call) -> base::Result<std::string> {
        auto wish = api::fromJson<api::PingWish>(call.body);
        if (!wish) return base::Unexpected(wish.error());
        pinged.push_back(wish->who.str());
        return std::string("{}");
    });
    route("GET people/*/picture", [this](const Call& call) -> base::Result<std::string> {
        const auto found = pictures.find(call.parts[1]);
        if (found == pictures.end()) return base::fail(base::ErrorKind::notFound, "no_picture", "There is no picture.");
        return api::toJson(api::PictureWish{found->second});
    });
    route("POST profile/picture", [this](const Call& call) -> base::Result<std::string> {
        auto wish = api::fromJson<api::PictureWish>(call.body);
        if (!wish) return base::Unexpected(wish.error());
        auto& own = profiles[me.id.str()];
        own.pictureMs = wish->data.empty() ? 0 : ago({});
        pictures[me.id.str()] = wish->data;
        if (wish->data.empty()) pictures.erase(me.id.str());
        for (const auto& [pattern, handler] : m_routes)
            if (pattern == "GET people/*") return handler(Call{{"people", me.id.str()}, {}, {}});
        return api::toJson(own);
    });
}

}  // namespace parlour::ui
