// SPDX-License-Identifier: Apache-2.0
#include <QByteArray>
#include <QDateTime>
#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>

#include "core/api/house_json.h"
#include "core/base/local_time.h"
#include "ui/models/offline_house.h"

namespace parlour::ui {

namespace {
std::string columnOf(const api::GuestView& view) {
    if (view.atMs > 0 && view.state == "agreed") return "scheduled";
    if (view.state == "agreed" || view.state == "accepted") return "agreed";
    if (view.state == "sent" || view.state == "draft" || view.state == "opened") return "invited";
    return view.state == "declined" || view.state == "expired" || view.state == "revoked" ? "done" : "talking";
}
}  // namespace

void OfflineHouse::fillGuests() {
    guests.clear();
    api::GuestView vera;
    vera.id = base::InvitationId("vera");
    vera.house = me.house;
    vera.houseName = me.houseName;
    vera.name = "Vera Lindqvist";
    vera.hostName = me.name;
    vera.state = "countered";
    vera.seatTaken = true;
    vera.verified = "link";
    vera.seatKey = "c2VhdA";
    vera.safetyCode = "31 204 88 17 562";
    api::Terms first;
    first.topic = "A conversation about energy";
    first.questions = {"What would a fair grid cost?", "Which figure do people get wrong?"};
    first.format = "interview";
    first.when = {"2026-12-01T18:00:00Z"};
    first.language = "English";
    first.recording = true;
    auto second = first;
    second.when = {"2026-12-01T19:00:00Z"};
    second.language = "English, with interpreter";
    second.excluded = {"questions on markets"};
    vera.versions = {{1, api::Party::host, first, ago(std::chrono::hours(50))}, {2, api::Party::delegate, second, ago(std::chrono::hours(4))}};
    vera.terms = second;
    vera.version = 2;
    vera.messages = {{1, api::Party::host, me.name, "send", 1, "We would be honoured to have you.", ago(std::chrono::hours(50))},
                     {2, api::Party::delegate, "Dmitri Aalto", "ask", 1, "An interesting proposal. Which topics are meant?", ago(std::chrono::hours(20))},
                     {3, api::Party::delegate, "Dmitri Aalto", "counter", 2, "Could it be 19:00, and without questions on markets?", ago(std::chrono::hours(4))}};
    guests.push_back(vera);
    const auto other = [&](const char* id, const char* name, const char* topic, const char* state, std::int64_t atMs) {
        api::GuestView view;
        view.id = base::InvitationId(id);
        view.house = me.house;
        view.name = name;
        view.hostName = me.name;
        view.state = state;
        view.terms.topic = topic;
        view.versions = {{1, api::Party::host, view.terms, ago(std::chrono::hours(90))}};
        view.atMs = atMs;
        guests.push_back(std::move(view));
    };
    other("halima", "Halima Noor", "Deserts that were gardens", "sent", 0);
    other("bo", "Bo Nyström", "The archive of a shipyard", "accepted", 0);
    other("ines", "Inês Prado", "Interview: the treaty", "agreed", ago(-std::chrono::hours(44)));
    guests.back().event = "energy";
    guests.back().guestReady = true;
    other("dov", "Dov Adler", "Nights at the observatory", "agreed", 0);
    guests.back().terms.when = {"2026-12-03T18:00:00Z", "2026-12-04T18:00:00Z"};
    guests.back().versions.front().terms = guests.back().terms;
    other("selma", "Selma Aydin", "What bridges remember", "agreed", 0);
    auto& agreed = guests.back();
    agreed.terms.when = {"2026-12-03T18:00:00Z", "2026-12-04T18:00:00Z"};
    agreed.versions.front().terms = agreed.terms;
    agreed.greenRoom = base::RoomId("green");
    agreed.room = base::RoomId("a");
    agreed.signedBy = {{"host", api::Party::host, "aG9zdA", "link", "c2ln", ago(std::chrono::hours(20))},
                       {"guest", api::Party::guest, "c2VhdA", "link", "c2ln", ago(std::chrono::hours(19))}};
    other("carl", "Carl Weiss", "A life in lighthouses", "declined", 0);
}

void OfflineHouse::seatGuest() {
    api::RoomGuest guest;
    guest.name = "Victor Tamm";
    guest.guest = base::InvitationId("ines");
    guest.room = base::RoomId("a");
    guest.identity = base::Identity("victortamm");
    guest.verified = "compared";
    guest.guestReady = true;
    guest.greenRoom = base::RoomId("green");
    guest.inGreenRoom = {"Victor Tamm", "Dmitri Aalto"};
    guest.version = 3;
    api::Terms terms;
    terms.topic = "Rockets that come back";
    terms.questions = {"What does a second flight of the same stage cost?", "What failed most often, and why?", "Who should decide what is launched?"};
    terms.format = "interview";
    terms.language = "English";
    terms.excluded = {"questions on markets", "the court case"};
    terms.stage = {"Lin Wei"};
    guest.terms = terms;
    roomGuest = guest;
}

void OfflineHouse::addGuests() {
    const auto find = [this](const std::string& id) -> api::GuestView* {
        for (auto& one : guests)
            if (one.id.str() == id) return &one;
        return nullptr;
    };
    const auto unknown = [] { return base::fail(base::ErrorKind::notFound, "invitation_unknown", "There is no such invitation."); };
    route("GET guests", [this](const Call&) {
        api::GuestBoard board;
        for (const auto& one : guests) {
            api::GuestCard card;
            card.id = one.id;
            card.name = one.name;
            card.topic = one.terms.topic;
            card.column = columnOf(one);
            card.state = one.state;
            card.waitsFor = one.messages.empty() ? "guest" : one.messages.back().by == api::Party::host ? "guest" : "host";
            if (card.column == "done" || card.column == "scheduled") card.waitsFor.clear();
            card.version = one.version;
            card.hostName = one.hostName;
            card.atMs = one.atMs;
            card.verified = one.verified;
            board.guests.push_back(std::move(card));
        }
        return api::toJson(board);
    });
    route("POST guests", [this](const Call& call) -> base::Result<std::string> {
        auto wish = api::fromJson<api::GuestWish>(call.body);
        if (!wish) return base::Unexpected(wish.error());
        if (wish->terms.topic.empty())
            return base::fail(base::ErrorKind::invalidInput, "topic_missing", "An invitation needs a topic.", "Say what the talk is about.");
        api::GuestView view;
        view.id = base::InvitationId("guest" + std::to_string(++m_serial));
        view.house = me.house;
        view.name = wish->name;
        view.hostName = me.name;
        view.state = "sent";
        view.terms = wish->terms;
        view.versions = {{1, api::Party::host, wish->terms, ago({})}};
        const std::string link = "https://talk.example.org/i/" + view.id.str();
        api::GuestMade made{view.id, link + "p#k=AAAAAAAAAAAAAAAAAAAAAA", link + "g#k=AAAAAAAAAAAAAAAAAAAAAA", "7KQ4T9XHM2",
                            link + "d#k=AAAAAAAAAAAAAAAAAAAAAA"};
        guests.insert(guests.begin(), std::move(view));
        return api::toJson(made);
    });
    route("GET guests/*", [find, unknown](const Call& call) -> base::Result<std::string> {
        const auto* view = find(call.parts[1]);
        if (!view) return unknown();
        return api::toJson(*view);
    });
    route("POST guests/*/answer", [this, find, unknown](const Call& call) -> base::Result<std::string> {
        auto* view = find(call.parts[1]);
        auto answer = api::fromJson<api::GuestAnswer>(call.body);
        if (!answer) return base::Unexpected(answer.error());
        if (!view) return unknown();
        if (answer->version != 0 && answer->version != view->version)
            return base::fail(base::ErrorKind::conflict, "version_old", "There is a newer version of the terms.", "Read it first.");
        if (answer->act == "counter" && answer->terms) {
            view->terms = *answer->terms;
            view->versions.push_back({++view->version, api::Party::host, view->terms, ago({})});
            view->signedBy.clear();
        }
        view->state = answer->act == "counter" ? "countered" : answer->act == "accept" ? "accepted" : answer->act == "decline" ? "declined"
                      : answer->act == "hold"  ? "held"
                                               : "asked";
        view->messages.push_back({static_cast<int>(view->messages.size()) + 1, api::Party::host, me.name, answer->act, view->version, answer->text, ago({})});
        return api::toJson(*view);
    });
    route("GET rooms/*/guest", [this](const Call&) -> base::Result<std::string> {
        if (!roomGuest) return base::fail(base::ErrorKind::notFound, "no_guest", "No guest is invited into this room.");
        return api::toJson(*roomGuest);
    });
    route("POST guests/*/schedule", [this, find, unknown](const Call& call) -> base::Result<std::string> {
        auto* view = find(call.parts[1]);
        const auto wish = api::fromJson<api::GuestSchedule>(call.body);
        if (!wish) return base::Unexpected(wish.error());
        if (!view) return unknown();
        if (view->state != "agreed") return base::fail(base::ErrorKind::conflict, "not_agreed", "Both sides have not signed the same version yet.");
        if (wish->at.empty() && view->terms.when.size() != 1)
            return base::fail(base::ErrorKind::invalidInput, "choose_date", "Several dates are agreed.", "Choose one of them.");
        const auto at = base::parseIsoTime(wish->at.empty() ? view->terms.when.front() : wish->at);
        if (!at) return base::Unexpected(at.error());
        view->atMs = base::toUnixMs(base::toWallTime(at->utc()));
        view->event = "energy";
        view->messages.push_back({static_cast<int>(view->messages.size()) + 1, api::Party::host, me.name, "schedule", view->version, "The talk has its date.", ago({})});
        return api::toJson(*view);
    });
    route("POST guests/*/ready", [this, find, unknown](const Call& call) -> base::Result<std::string> {
        auto* view = find(call.parts[1]);
        const auto wish = api::fromJson<api::GuestReady>(call.body);
        if (!wish) return base::Unexpected(wish.error());
        if (!view) return unknown();
        view->hostReady = wish->on;
        view->started = view->started || (view->hostReady && view->guestReady);
        if (roomGuest && roomGuest->guest == view->id) roomGuest->hostReady = wish->on;
        return api::toJson(*view);
    });
    route("POST guests/*/change", [find, unknown](const Call& call) -> base::Result<std::string> {
        auto* view = find(call.parts[1]);
        auto change = api::fromJson<api::GuestChange>(call.body);
        if (!change) return base::Unexpected(change.error());
        if (!view) return unknown();
        if (change->revoke) view->state = "revoked";
        if (change->withdrawDelegate) view->delegateWithdrawn = true;
        if (change->freeSeat) view->seatTaken = false;
        if (!change->compared.empty()) view->verified = "compared";
        if (change->atMs) view->atMs = *change->atMs;
        view->started = view->started || change->start;
        return api::toJson(*view);
    });
}

void OfflineHouse::signTerms(const std::string& house, const std::string& text, int version,
                             std::function<void(base::Result<std::string>)> done) {
    asked.push_back({"sign", std::to_string(version)});
    (void)house;
    auto shown = api::fromJson<api::GuestView>(text);
    if (!shown) return done(base::Unexpected(std::move(shown).error()));
    for (auto& one : guests) {
        if (one.id != shown->id) continue;
        if (version != one.version)
            return done(base::fail(base::ErrorKind::conflict, "version_old", "There is a newer version of the terms.", "Read it first."));
        one.signedBy.push_back({"host", api::Party::host, "aG9zdA", "link", "c2ln", ago({})});
        if (one.signedBy.size() > 1) one.state = "agreed";
        return done(api::toJson(one));
    }
    done(base::fail(base::ErrorKind::notFound, "invitation_unknown", "There is no such invitation."));
}

}  // namespace parlour::ui
