// SPDX-License-Identifier: Apache-2.0
// Private to core/server/house_*.cpp: the house thread's side of HouseService. Everything here is touched on the house
// thread only, but for `net` and `events`, which belong to the net thread.
#pragma once

#include <deque>
#include <functional>
#include <unordered_map>

#include "core/base/zone_files.h"
#include "core/crypto/ed25519.h"
#include "core/crypto/secret.h"
#include "core/house/policy.h"
#include "core/house/rate_limit.h"
#include "core/server/house_room.h"
#include "core/server/house_service.h"
#include "core/server/link_mailbox.h"
#include "core/signal/access_token.h"
namespace parlour::server {

class HouseRoutes;
struct RouteCall;

struct HouseService::Impl : std::enable_shared_from_this<HouseService::Impl> {
    Impl(base::Executor& netExecutor, base::Executor& houseExecutor, const base::Clock& theClock, house::Store& theStore,
         MediaEngine& engine, const house::Policy& thePolicy)
        : net(netExecutor), house(houseExecutor), clock(theClock), store(theStore), media(engine), policy(thePolicy) {}

    template <class T>
    using Result = base::Result<T>;
    /// Runs `work` on the house thread once the house is open; its answer goes back to the net thread.
    template <class T>
    void ask(Answer<T> answer, std::function<void(Impl&, Answer<T>)> work);
    /// The same for work that answers at once.
    template <class T>
    void askNow(Answer<T> answer, std::function<Result<T>(Impl&)> work);
    template <class T>  // an answer that may be called on the house thread
    Answer<T> toNet(Answer<T> answer);
    Result<std::size_t> open();
    void keepAddress();
    HouseRoomPtr find(const base::RoomId& room) const;
    Result<HouseRoomPtr> need(const base::RoomId& room) const;

    struct Extra {
        std::function<Result<void>()> alsoStore;   ///< in the same transaction, after the change
        std::vector<base::Identity> alwaysRights;  ///< told to the engine though nothing changed
    };
    /// rules -> commit -> media -> `done` and broadcasts. `done` is called on the house thread.
    void run(const HouseRoomPtr& room, const house::StageInput& input, Extra extra, std::function<void(Result<std::uint64_t>)> done);
    Result<void> writeChange(const HouseRoom& room, const house::Change& change);
    void orderMedia(const HouseRoomPtr& room, const house::Change& change, const house::Stage& before,
                    const std::vector<base::Identity>& always, const std::shared_ptr<PendingRelease>& pending);
    std::function<void()> broadcastsOf(const HouseRoom& room, const house::Change& change) const;
    void releaseReady(const HouseRoomPtr& room);
    void schedule(const HouseRoomPtr& room);

    // ---- views
    static MediaRights rightsOf(const house::Session& session, const house::Person& person);
    static std::map<std::string, std::string> attributesOf(const HouseRoom& room, const house::Person& person);
    static std::string metadataOf(const HouseRoom& room);
    api::RoomSummary summaryOf(const HouseRoom& room, api::Role role) const;

    // ---- chat (house_chat.cpp)
    void chat(const ChatPost& post, Answer<std::uint64_t> answer);
    void keepChat(const HouseRoomPtr& room);
    static RoomChat& chatOf(HouseRoom& room);
    /// The caller, who is in the room now; strangers get unknownRoom() in every case.
    Result<const house::Person*> inRoom(const RouteCall& call, const HouseRoomPtr& room) const;
    /// What everybody may know of the room changed without a command to the stage.
    void tellRoom(const HouseRoomPtr& room);

    // ---- tokens and sessions (house_tokens.cpp)
    Result<std::string> mint(const HouseRoom& room, const house::MemberRow& member, const std::string& name,
                             signal::TokenType type, std::chrono::seconds life, base::WallTime* expires = nullptr);
    Result<signal::AccessToken> check(const std::string& token) const;
    std::string makeSession(const base::Identity& who, base::WallTime expires) const;
    Result<base::Identity> sessionOf(const Caller& caller) const;
    Result<base::Identity> checkProof(const api::Proof& proof, const std::string& purpose);

    void admit(const AdmitRequest& request, Answer<Admission> answer);
    Result<void> validate(const std::string& token);
    void connected(const base::RoomId& room, const base::Identity& who);
    void disconnected(const base::RoomId& room, const base::Identity& who);
    Result<std::string> refresh(const base::RoomId& room, const base::Identity& who);
    void stageCommand(const StageRequest& request, bool admin, Answer<std::uint64_t> answer);
    Result<api::Challenge> challenge(const api::ChallengeRequest& request);
    Result<api::Preview> preview(const api::PreviewRequest& request);
    Result<api::Redeemed> redeem(const api::RedeemRequest& request);
    Result<api::Redeemed> redeemAs(const api::RedeemRequest& request, const house::RedeemAs& as);
    Result<api::Nothing> noteWaiting(const api::RedeemRequest& request, const house::RedeemAs& as);
    bool isMember(const base::Identity& who);
    Result<api::LoginAnswer> login(const api::LoginRequest& request);
    Result<std::vector<api::RoomSummary>> roomsOf(const base::Identity& who);
    Result<api::JoinGrant> grant(const base::Identity& who, const base::RoomId& room, const api::TokenRequest& request);
    Result<api::Hands> hands(const Caller& caller, const base::RoomId& room);
    Result<api::InvitationMade> createInvitation(const Caller& caller, const base::RoomId& room, const api::InvitationWish& wish);
    Result<api::InvitationList> invitations(const Caller& caller, const base::RoomId& room);
    void revokeInvitation(const Caller& caller, const base::RoomId& room, const base::InvitationId& id, api::RevokeScope scope,
                          Answer<api::Nothing> answer);
    Result<api::RoomMade> createRoom(const api::RoomWish& wish);
    Result<api::RoomMade> makeRoom(const api::RoomWish& wish, const base::Identity& host);  ///< inside a transaction
    void endRoom(const base::RoomId& room, Answer<api::Nothing> answer, const base::Identity& actor = {});

    /// Reads and writes through the store in one transaction, whose error wins; then what `body` put into afterCommit.
    template <class T>
    Result<T> reading(const std::function<Result<T>()>& body);
    /// Session and membership, before anything else of the room is told; strangers get unknownRoom() in every case.
    Result<base::Identity> memberOf(const Caller& caller, const base::RoomId& room);
    static base::Error unknownRoom();
    /// The caller's membership in the room; refused unless moderator or host. The administrator gets a host's.
    Result<house::MemberRow> moderator(const Caller& caller, const base::RoomId& room);
    bool isLimited(const base::InvitationId& link);  ///< has a number of uses
    /// What a hand policy asks about whoever raises a hand (house_desk.cpp). Opens a transaction if the policy needs one.
    void addRaiserFacts(const HouseRoom& room, house::Command& command);
    // Standing in the house, inside a transaction (house_members.cpp). The administrator counts as an owner without a name.
    Result<house::HouseMember> needMember(const RouteCall& call);
    Result<house::HouseMember> needAdmin(const RouteCall& call);
    /// Those who lost their places leave the live rooms; then `done`.
    void expel(std::vector<base::RoomId> from, const std::vector<base::Identity>& who, std::function<void(Result<void>)> done);
    void earn(HouseRoom& room);
    /// Tells those who come, a quarter of an hour before, and ends rooms a day after their talks; calls itself every minute
    /// (house_calendar.cpp).
    void remind();
    std::string linkOf(const base::InvitationId& id, const std::string& secret) const;
    bool takeCommand(const base::Identity& who);
    base::Executor& net;
    base::Executor& house;
    const base::Clock& clock;
    house::Store& store;
    MediaEngine& media;
    const house::Policy policy;

    std::shared_ptr<const HouseRoutes> routes;   // any thread
    HouseEvents events;       // net thread
    HouseAddress address;
    bool opened = false;
    bool stopped = false;
    std::optional<base::Error> openError;
    std::optional<crypto::SigningKey> key;
    base::HouseId houseId;
    signal::TokenKey tokenKey;
    crypto::Secret sessionKey;
    std::map<base::RoomId, HouseRoomPtr> rooms;
    api::HouseRules rules;    ///< as stored
    std::vector<std::function<void()>> afterCommit;
    LinkMailboxes links;

    struct Nonce { base::TimePoint until; std::int64_t expiresMs = 0; };
    std::unordered_map<std::string, Nonce> nonces;
    std::deque<std::string> nonceOrder;
    std::unordered_map<base::Identity, house::RateLimit> commandLimits;
    std::unordered_map<base::InvitationId, house::ClaimTries> codeTries;   ///< by link, of guests by guest
    base::TimePoint tokensForgotten{};
    base::ZoneFiles zones;            ///< schedule_view.h reads them
    base::TimePoint zonesRead{};
    base::Timer reminder, sweeper;
};

template <class T>
HouseService::Answer<T> HouseService::Impl::toNet(Answer<T> answer) {
    return [this, answer = std::move(answer)](Result<T> result) {
        if (!answer) return;
        net.post([answer, result = std::move(result)]() mutable { answer(std::move(result)); });
    };
}

template <class T>
void HouseService::Impl::ask(Answer<T> answer, std::function<void(Impl&, Answer<T>)> work) {
    house.post([self = shared_from_this(), answer = std::move(answer), work = std::move(work)] {
        auto reply = self->toNet<T>(answer);
        if (!self->opened || self->stopped) {
            reply(base::Unexpected(self->openError.value_or(
                base::Error{base::ErrorKind::unavailable, "closing", "The server is not ready.", "Try again in a moment.", {}})));
            return;
        }
        work(*self, std::move(reply));
    });
}

template <class T>
void HouseService::Impl::askNow(Answer<T> answer, std::function<Result<T>(Impl&)> work) {
    ask<T>(std::move(answer), [work = std::move(work)](Impl& self, Answer<T> reply) { reply(work(self)); });
}

template <class T>
base::Result<T> HouseService::Impl::reading(const std::function<Result<T>()>& body) {
    std::optional<Result<T>> inner;
    auto done = store.transact([&]() -> Result<void> {
        afterCommit.clear();
        inner.emplace(body());
        if (!*inner) return base::Unexpected(inner->error());
        return {};
    });
    const auto after = std::exchange(afterCommit, {});
    if (!done) return base::Unexpected(std::move(done).error());
    for (const auto& one : after) one();
    return std::move(*inner);
}

}  // namespace parlour::server
