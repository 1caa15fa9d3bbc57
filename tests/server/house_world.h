// SPDX-License-Identifier: Apache-2.0
// A HouseService on virtual time with a store in memory and a media engine that acknowledges when the test says so.
#pragma once

#include <deque>

#include "core/api/house_json.h"
#include "core/crypto/ed25519.h"
#include "core/crypto/random.h"
#include "core/house/policy.h"
#include "core/house/store/store.h"
#include "core/server/house_service.h"
#include "tests/support/catch.h"
#include "tests/support/database.h"
#include "tests/support/manual_executor.h"

namespace parlour::tests {

/// What the call answers, at once.
template <class T>
base::Result<T> answerOf(ManualExecutor& executor, const std::function<void(server::HouseService::Answer<T>)>& call) {
    std::optional<base::Result<T>> result;
    call([&](base::Result<T> r) { result.emplace(std::move(r)); });
    executor.runReady();
    REQUIRE(result);
    return std::move(*result);
}

class FakeMedia final : public server::MediaEngine {
  public:
    bool hold = false;                    ///< keep acknowledgements back until release()
    std::vector<std::string> orders;      ///< "rights ann publish", "mute ann", "remove ann", "end"
    std::map<base::Identity, server::MediaRights> rights;
    std::deque<Acknowledge> waiting;
    std::vector<std::pair<base::Identity, base::Bytes>> relayed;  ///< except whom, what

    void setRights(const base::RoomId&, const base::Identity& who, const server::MediaRights& r, Acknowledge done) override {
        rights[who] = r;
        order("rights " + who.str() + (r.canPublish ? " publish" : " listen") + (r.forcedMute ? " held" : ""), std::move(done));
    }
    void mute(const base::RoomId&, const base::Identity& who, Acknowledge done) override { order("mute " + who.str(), std::move(done)); }
    void remove(const base::RoomId&, const base::Identity& who, Acknowledge done) override {
        rights.erase(who);
        order("remove " + who.str(), std::move(done));
    }
    void relay(const base::RoomId&, const base::Identity& except, std::vector<base::Bytes> packets) override {
        for (auto& packet : packets) relayed.emplace_back(except, std::move(packet));
    }
    void endRoom(const base::RoomId&, Acknowledge done) override { order("end", std::move(done)); }
    house::MediaLoad load() const override { return now; }
    bool countsReactions() const override { return counts; }
    bool counts = false;                  ///< as the built-in engine
    house::MediaLoad now;
    void release() {
        while (!waiting.empty()) {
            waiting.front()();
            waiting.pop_front();
        }
    }

  private:
    void order(std::string what, Acknowledge done) {
        orders.push_back(std::move(what));
        if (hold)
            waiting.push_back(std::move(done));
        else
            done();
    }
};

struct HouseWorld {
    ManualClock clock;
    ManualExecutor executor{clock};
    Database database{chosenEngine()};
    std::unique_ptr<house::Store> store;
    FakeMedia media;
    house::Policy policy;
    std::unique_ptr<server::HouseService> house;
    std::vector<server::PersonChanged> people;
    std::vector<server::PersonGone> gone;
    std::vector<server::RoomChanged> roomChanges;
    base::RoomId room;
    api::RoomLinks links;
    static constexpr const char* kOrigin = "http://127.0.0.1:7880";

    HouseWorld() {
        policy.commandBurst = 1000;
        store = database.open(clock);
        start();
        room = make("Room");
    }
    ~HouseWorld() { stop(); }
    void start() {
        house = std::make_unique<server::HouseService>(executor, executor, clock, *store, media, policy);
        house->setEvents({[this](const auto& p) { people.push_back(p); }, [this](const auto& g) { gone.push_back(g); },
                          [this](const auto& r) { roomChanges.push_back(r); }});
        house->setAddress({kOrigin, "ws://127.0.0.1:7880", {kOrigin}, "", "Test house"});
        REQUIRE(wait<std::size_t>([&](auto answer) { house->open(answer); }));
    }
    void stop() {
        house.reset();
        executor.runReady();
    }
    /// Another process on the same store: everybody is disconnected, nothing is remembered but what was committed.
    void crash() {
        stop();
        start();
    }

    template <class T>
    base::Result<T> wait(const std::function<void(server::HouseService::Answer<T>)>& call) {
        return answerOf<T>(executor, call);
    }
    base::RoomId make(const std::string& title) {
        const auto made = wait<api::RoomMade>([&](auto answer) { house->createRoom({title}, answer); });
        REQUIRE(made);
        links = made->links;
        return made->room;
    }

    // ---- persons
    static crypto::SigningKey keyOf(const std::string& name) {
        base::Bytes seed(32, std::byte{7});
        for (std::size_t i = 0; i < name.size() && i < 32; ++i) seed[i] = static_cast<std::byte>(name[i]);
        return *crypto::SigningKey::fromSeed(seed);
    }
    static base::Identity id(const std::string& name) { return base::Identity(crypto::identityOf(keyOf(name).publicKey())); }
    static std::pair<base::InvitationId, std::string> parts(const std::string& link) {
        const auto at = link.find("/i/"), hash = link.find("#k=");
        return {base::InvitationId(link.substr(at + 3, hash - at - 3)), link.substr(hash + 3, 22)};
    }
    base::Result<api::Challenge> challenge(const std::string& purpose) {
        return wait<api::Challenge>([&](auto answer) { house->challenge({crypto::randomToken(16), purpose}, answer); });
    }
    api::Proof proof(const std::string& name, const std::string& purpose, const std::string& origin = kOrigin) {
        const auto c = challenge(purpose).value();
        const auto key = keyOf(name);
        api::Proof p{base::toBase64Url(key.publicKey()), c.nonce, origin, c.expiresMs, {}};
        p.signature = base::toBase64Url(key.sign(api::personStatement(c.house, origin, purpose, c.nonce, c.expiresMs)));
        return p;
    }
    base::Result<api::Redeemed> redeem(const std::string& name, const std::string& link) {
        const auto [invitation, secret] = parts(link);
        api::RedeemRequest request{invitation, secret, name, proof(name, api::redeemPurpose(invitation))};
        return wait<api::Redeemed>([&](auto answer) { house->redeem(request, answer); });
    }
    base::Result<server::Admission> admit(const std::string& token, bool resume = false) {
        return wait<server::Admission>([&](auto answer) { house->admit({token, resume}, answer); });
    }
    struct Member {
        base::Identity identity;
        std::string session;
        std::string refresh;
        server::Admission admission;
    };
    Member enter(const std::string& name, const std::string& link) {
        const auto redeemed = redeem(name, link);
        REQUIRE(redeemed);
        auto admitted = admit(redeemed->join.token);
        REQUIRE(admitted);
        house->connected(room, redeemed->identity);
        executor.runReady();
        return {redeemed->identity, redeemed->session, admitted->refreshToken, *admitted};
    }
    base::Result<std::uint64_t> order(const std::string& actor, api::StageVerb verb, const std::string& target = {}) {
        server::StageRequest request;
        request.room = room;
        request.actor = id(actor);
        request.verb = verb;
        if (!target.empty()) request.target = id(target);
        return wait<std::uint64_t>([&](auto answer) { house->stage(request, answer); });
    }
    const server::PersonChanged* last(const std::string& name) const {
        for (auto it = people.rbegin(); it != people.rend(); ++it)
            if (it->identity == id(name)) return &*it;
        return nullptr;
    }
};

}  // namespace parlour::tests
