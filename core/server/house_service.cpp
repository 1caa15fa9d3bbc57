// SPDX-License-Identifier: Apache-2.0
// The facade: every call becomes a task on the house thread.
#include "core/server/house_service.h"

#include "core/server/house_impl.h"
#include "core/server/house_routes.h"

namespace parlour::server {

HouseService::HouseService(base::Executor& net, base::Executor& house, const base::Clock& clock, house::Store& store,
                           MediaEngine& media)
    : HouseService(net, house, clock, store, media, house::Policy{}) {}

HouseService::HouseService(base::Executor& net, base::Executor& house, const base::Clock& clock, house::Store& store,
                           MediaEngine& media, const house::Policy& policy)
    : m_impl(std::make_shared<Impl>(net, house, clock, store, media, policy)) {
    m_impl->routes = std::make_shared<const HouseRoutes>(houseRoutes());
}

HouseService::~HouseService() {
    // Timers die on their own thread; what is still queued there answers "closing".
    m_impl->events = {};
    m_impl->house.post([impl = m_impl] {
        impl->stopped = true;
        impl->rooms.clear();
    });
}

void HouseService::setEvents(HouseEvents events) { m_impl->events = std::move(events); }

void HouseService::setAddress(HouseAddress address) {
    m_impl->house.post([impl = m_impl, address = std::move(address)] {
        impl->address = address;
        if (!impl->rules.title.empty()) impl->address.houseName = impl->rules.title;
    });
}

void HouseService::open(Answer<std::size_t> answer) {
    m_impl->house.post([impl = m_impl, answer = std::move(answer)] {
        auto result = impl->open();
        if (!result) impl->openError = result.error();
        impl->toNet<std::size_t>(answer)(std::move(result));
    });
}

void HouseService::admit(const AdmitRequest& request, Answer<Admission> answer) {
    m_impl->ask<Admission>(std::move(answer),
                           [request](Impl& impl, Answer<Admission> reply) { impl.admit(request, std::move(reply)); });
}

void HouseService::validate(const std::string& token, Answer<void> answer) {
    m_impl->askNow<void>(std::move(answer), [token](Impl& impl) { return impl.validate(token); });
}

void HouseService::connected(const base::RoomId& room, const base::Identity& who) {
    m_impl->ask<void>({}, [room, who](Impl& impl, Answer<void>) { impl.connected(room, who); });
}

void HouseService::disconnected(const base::RoomId& room, const base::Identity& who) {
    m_impl->ask<void>({}, [room, who](Impl& impl, Answer<void>) { impl.disconnected(room, who); });
}

void HouseService::want(const base::RoomId& room, const base::Identity& who, const std::string& value,
                        Answer<std::uint64_t> answer) {
    StageRequest request;
    request.room = room;
    request.actor = who;
    if (value.empty()) {
        request.verb = api::StageVerb::lower;
    } else if (value == "hand" || value.starts_with("hand:")) {
        request.verb = api::StageVerb::raise;
        request.note = value.size() > 5 ? value.substr(5) : std::string();
    } else if (value == "stage") {
        request.verb = api::StageVerb::accept;
    } else {
        if (answer)
            m_impl->net.post([answer = std::move(answer)] {
                answer(base::fail(base::ErrorKind::invalidInput, "bad_want", "This wish is not known.",
                                  "Write \"hand\", \"hand:NOTE\", \"stage\" or nothing."));
            });
        return;
    }
    stage(request, std::move(answer));
}

void HouseService::unmuted(const base::RoomId& room, const base::Identity& who) {
    m_impl->ask<void>({}, [room, who](Impl& impl, Answer<void>) {
        if (const auto found = impl.find(room)) impl.run(found, house::Unmuted{who}, {}, {});
    });
}

void HouseService::spoke(const base::RoomId& room, const base::Identity& who) {
    m_impl->ask<void>({}, [room, who](Impl& impl, Answer<void>) {
        if (const auto found = impl.find(room)) impl.run(found, house::Spoke{who}, {}, {});
    });
}

void HouseService::chat(const ChatPost& post, Answer<std::uint64_t> answer) {
    m_impl->ask<std::uint64_t>(std::move(answer), [post](Impl& impl, Answer<std::uint64_t> reply) { impl.chat(post, std::move(reply)); });
}

void HouseService::refreshToken(const base::RoomId& room, const base::Identity& who, Answer<std::string> answer) {
    m_impl->askNow<std::string>(std::move(answer), [room, who](Impl& impl) { return impl.refresh(room, who); });
}

void HouseService::stage(const StageRequest& request, Answer<std::uint64_t> answer) {
    m_impl->ask<std::uint64_t>(std::move(answer), [request](Impl& impl, Answer<std::uint64_t> reply) {
        impl.stageCommand(request, false, std::move(reply));
    });
}

void HouseService::challenge(const api::ChallengeRequest& request, Answer<api::Challenge> answer) {
    m_impl->askNow<api::Challenge>(std::move(answer), [request](Impl& impl) { return impl.challenge(request); });
}

void HouseService::preview(const api::PreviewRequest& request, Answer<api::Preview> answer) {
    m_impl->askNow<api::Preview>(std::move(answer), [request](Impl& impl) { return impl.preview(request); });
}

void HouseService::redeem(const api::RedeemRequest& request, Answer<api::Redeemed> answer) {
    m_impl->askNow<api::Redeemed>(std::move(answer), [request](Impl& impl) { return impl.redeem(request); });
}

void HouseService::login(const api::LoginRequest& request, Answer<api::LoginAnswer> answer) {
    m_impl->askNow<api::LoginAnswer>(std::move(answer), [request](Impl& impl) { return impl.login(request); });
}

void HouseService::rooms(const Caller& caller, Answer<api::RoomList> answer) {
    m_impl->askNow<api::RoomList>(std::move(answer), [caller](Impl& impl) -> base::Result<api::RoomList> {
        auto who = impl.sessionOf(caller);
        if (!who) return base::Unexpected(std::move(who).error());
        auto rooms = impl.roomsOf(*who);
        if (!rooms) return base::Unexpected(std::move(rooms).error());
        return api::RoomList{std::move(*rooms)};
    });
}

void HouseService::token(const Caller& caller, const base::RoomId& room, const api::TokenRequest& request,
                         Answer<api::JoinGrant> answer) {
    m_impl->askNow<api::JoinGrant>(std::move(answer), [caller, room, request](Impl& impl) -> base::Result<api::JoinGrant> {
        auto who = impl.sessionOf(caller);
        if (!who) return base::Unexpected(std::move(who).error());
        return impl.grant(*who, room, request);
    });
}

void HouseService::command(const Caller& caller, const base::RoomId& room, const api::StageCommand& command,
                           Answer<api::StageAnswer> answer) {
    m_impl->ask<api::StageAnswer>(std::move(answer), [caller, room, command](Impl& impl, Answer<api::StageAnswer> reply) {
        StageRequest request{room,         {},         command.verb,      command.target, command.note, command.minutes,
                             command.on, command.closeLink, command.ifVersion, command.place, command.seconds,
                             command.link, command.sinceMinutes};
        if (!caller.admin) {
            auto who = impl.memberOf(caller, room);
            if (!who) return reply(base::Unexpected(std::move(who).error()));
            request.actor = *who;
        }
        impl.stageCommand(request, caller.admin, [reply](base::Result<std::uint64_t> done) {
            if (!done) return reply(base::Unexpected(std::move(done).error()));
            reply(api::StageAnswer{*done});
        });
    });
}

void HouseService::hands(const Caller& caller, const base::RoomId& room, Answer<api::Hands> answer) {
    m_impl->askNow<api::Hands>(std::move(answer), [caller, room](Impl& impl) { return impl.hands(caller, room); });
}

void HouseService::leave(const Caller& caller, const base::RoomId& room, Answer<api::Nothing> answer) {
    m_impl->ask<api::Nothing>(std::move(answer), [caller, room](Impl& impl, Answer<api::Nothing> reply) {
        auto who = impl.memberOf(caller, room);
        if (!who) return reply(base::Unexpected(std::move(who).error()));
        auto found = impl.need(room);
        if (!found) return reply(base::Unexpected(std::move(found).error()));
        impl.run(*found, house::Leave{*who}, {}, [reply](base::Result<std::uint64_t> done) {
            if (!done) return reply(base::Unexpected(std::move(done).error()));
            reply(api::Nothing{});
        });
    });
}

void HouseService::createInvitation(const Caller& caller, const base::RoomId& room, const api::InvitationWish& wish,
                                    Answer<api::InvitationMade> answer) {
    m_impl->askNow<api::InvitationMade>(std::move(answer),
                                        [caller, room, wish](Impl& impl) { return impl.createInvitation(caller, room, wish); });
}

void HouseService::invitations(const Caller& caller, const base::RoomId& room, Answer<api::InvitationList> answer) {
    m_impl->askNow<api::InvitationList>(std::move(answer), [caller, room](Impl& impl) { return impl.invitations(caller, room); });
}

void HouseService::revokeInvitation(const Caller& caller, const base::RoomId& room, const base::InvitationId& id,
                                    api::RevokeScope scope, Answer<api::Nothing> answer) {
    m_impl->ask<api::Nothing>(std::move(answer), [caller, room, id, scope](Impl& impl, Answer<api::Nothing> reply) {
        impl.revokeInvitation(caller, room, id, scope, std::move(reply));
    });
}

bool HouseService::hasPath(std::string_view path) const {
    const auto found = m_impl->routes->find("GET", path);
    return found.handler || found.otherMethod;
}

void HouseService::request(const ApiRequest& request, Answer<ApiReply> answer) {
    auto found = m_impl->routes->find(request.method, request.path);
    if (!found.handler) {
        base::Error error{base::ErrorKind::notFound, "no_such_path", "There is nothing at this address.", {}, {}};
        if (found.otherMethod) error = {base::ErrorKind::invalidInput, "bad_method", "This address takes another method.", {}, {}};
        m_impl->net.post([answer = std::move(answer), error] { answer(base::Unexpected(error)); });
        return;
    }
    RouteCall call{request.caller, {}, std::move(found.args), request.query, request.body};
    m_impl->ask<ApiReply>(std::move(answer), [call = std::move(call), handler = found.handler](Impl& impl, Answer<ApiReply> reply) {
        (*handler)(impl, call, std::move(reply));
    });
}

void HouseService::createRoom(const api::RoomWish& wish, Answer<api::RoomMade> answer) {
    m_impl->askNow<api::RoomMade>(std::move(answer), [wish](Impl& impl) { return impl.createRoom(wish); });
}

void HouseService::listRooms(Answer<std::vector<api::AdminRoom>> answer) {
    using List = std::vector<api::AdminRoom>;
    m_impl->askNow<List>(std::move(answer), [](Impl& impl) {
        return impl.reading<List>([&]() -> base::Result<List> {
            List list;
            for (const auto& [id, room] : impl.rooms) {
                const auto summary = impl.summaryOf(*room, api::Role::listener);
                int present = 0;
                for (const auto& [who, person] : room->stage.people) present += person.present ? 1 : 0;
                list.push_back({id, room->row.title, summary.live, present, summary.onStage, impl.store.countMembers(id),
                                base::toUnixMs(room->row.created)});
            }
            return list;
        });
    });
}

void HouseService::endRoom(const base::RoomId& room, Answer<api::Nothing> answer) {
    m_impl->ask<api::Nothing>(std::move(answer),
                              [room](Impl& impl, Answer<api::Nothing> reply) { impl.endRoom(room, std::move(reply)); });
}

void HouseService::probe(Answer<void> answer) {
    m_impl->askNow<void>(std::move(answer), [](Impl& impl) {
        return impl.store.transact([&]() -> base::Result<void> {
            (void)impl.store.meta("schema_version");
            return {};
        });
    });
}

}  // namespace parlour::server
